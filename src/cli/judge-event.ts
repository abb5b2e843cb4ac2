import { chooseRoutes } from '../intake/choose-routes.js';
import { parseText } from '../intake/parse-body.js';
import type { EventId } from '../model/ids.js';
import { MappingError, type BodyPart, type Source } from '../model/source.js';
import { Problem } from '../model/problem.js';

/** An event as the bridge keeps it. */
export interface StoredEvent {
  readonly id: EventId;
  readonly source: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly receivedAt: number;
}

/** What a source makes of it. */
export interface Judged {
  /** Empty where it is accepted. */
  readonly refusals: readonly string[];
  readonly routes: readonly JudgedRoute[];
}

export interface JudgedRoute {
  readonly name: string;
  /** `soar workflow 5822…` */
  readonly destination: string;
  /** The text that would be sent, or why there is none. */
  readonly sent: { readonly text: string } | { readonly error: string };
}

/** Takes a stored event through schema, conditions and mappings. No network, nothing stored. */
export async function judgeEvent(source: Source, event: StoredEvent): Promise<Judged> {
  const part = parse(event.body);
  if (typeof part === 'string') return { refusals: [part], routes: [] };
  const refusals = source.validate(part.value).map(({ pointer, message }) => `${pointer || '/'} ${message}`);
  if (refusals.length > 0) return { refusals, routes: [] };
  const names = await chooseRoutes(source, part, event.headers, () => undefined);
  const routes: JudgedRoute[] = [];
  for (const route of source.routes.filter(({ name }) => names.includes(name))) {
    const input = { ...event, body: part.text, source: source.name, eventId: event.id };
    const sent = await route.map(input).catch((error: unknown) => {
      if (error instanceof MappingError) return { error: error.message };
      throw error;
    });
    const { kind, id } = route.endpoint;
    routes.push({ name: route.name, destination: `${route.target} ${kind} ${id}`, sent });
  }
  return { refusals, routes };
}

function parse(body: string): BodyPart | string {
  try {
    return parseText(body);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
