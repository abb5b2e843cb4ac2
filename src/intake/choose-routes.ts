import type { Observe } from '../model/observation.js';
import type { BodyPart, Source } from '../model/source.js';
import { MappingError } from '../model/source.js';

/**
 * The routes an event takes, in the order of the configuration. A condition that cannot be evaluated counts as
 * true: the event is then seen at its destination or among the dead letters, and is not silently filtered.
 */
export async function chooseRoutes(
  source: Source,
  part: BodyPart,
  headers: Readonly<Record<string, string>>,
  observe: Observe,
): Promise<readonly string[]> {
  const chosen: string[] = [];
  for (const route of source.routes) {
    if (
      route.when === undefined ||
      (await holds(route.when({ exact: part.exact, headers }), source.name, route.name, observe))
    ) {
      chosen.push(route.name);
    }
  }
  return chosen;
}

async function holds(
  condition: Promise<boolean>,
  source: string,
  route: string,
  observe: Observe,
): Promise<boolean> {
  try {
    return await condition;
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    observe({
      kind: 'notice',
      level: 'warn',
      event: 'condition.failed',
      message: 'A condition could not be evaluated; the event takes the route all the same',
      data: { source, route, cause: error.message },
    });
    return true;
  }
}
