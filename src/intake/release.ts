import type { RejectedRequest, Stored } from '../model/arrival.js';
import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { Source } from '../model/source.js';
import { chooseRoutes } from './choose-routes.js';
import { parseText } from './parse-body.js';
import type { EventStore } from './ports.js';

export interface ReleaseDeps {
  readonly sources: () => ReadonlyMap<string, Source>;
  readonly store: Pick<EventStore, 'accept'>;
  readonly quarantine: {
    show(id: string): Promise<RejectedRequest | undefined>;
    remove(rejected: Pick<RejectedRequest, 'id' | 'source'>): Promise<void>;
  };
  readonly observe: Observe;
}

/**
 * Sends a quarantined body through its source's present schema and routes. The event's id was chosen when it was
 * quarantined, so releasing twice makes one event. Throws `Problem`: not_found, conflict where it was never
 * authentic, schema_mismatch where it is still not good.
 */
export function createRelease(deps: ReleaseDeps): (id: string) => Promise<Stored> {
  return async (id) => {
    const rejected = await deps.quarantine.show(id);
    if (rejected === undefined)
      throw new Problem('not_found', 404, 'There is no rejected request of this id.');
    if (rejected.unreadable !== undefined)
      throw new Problem('conflict', 409, `This request cannot be read: ${rejected.unreadable}.`);
    const kept = rejected.quarantined;
    if (kept === undefined) {
      throw new Problem(
        'conflict',
        409,
        'This request was not authentic; only quarantined ones can be released.',
      );
    }
    const source = deps.sources().get(rejected.source);
    if (source === undefined) {
      throw new Problem(
        'conflict',
        409,
        'Its source is no longer configured; add it and release this again.',
      );
    }
    const part = parseText(kept.body);
    const errors = source.validate(part.value);
    if (errors.length > 0) {
      const sentence = 'The body still does not match the schema of its source.';
      throw new Problem('schema_mismatch', 422, sentence, { errors });
    }
    const routes = await chooseRoutes(source, part, rejected.headers, deps.observe);
    const [stored] = await deps.store.accept([
      {
        routes,
        event: {
          id: kept.eventId,
          source: source.name,
          deliveryKey: kept.deliveryKey ?? `release:${rejected.id}`,
          dedupeWindowMs: source.dedupeWindowMs,
          receivedAt: rejected.at,
          body: kept.body,
          contentType: kept.contentType,
          headers: rejected.headers,
          requestId: rejected.id,
        },
      },
    ]);
    if (stored === undefined) throw new Error('the store gave no answer');
    await deps.quarantine.remove(rejected);
    return stored;
  };
}
