import type { Stored } from '../model/arrival.js';
import { deliveryId, type EventId, isEventId } from '../model/ids.js';

/** The route of a source that has one without a name: most have, and there are as many claims as events. */
const UNNAMED = 'default';

/** What a claim says to whoever comes second: the first event of this delivery key and the deliveries it became. */
export function writeClaim(eventId: EventId, routes: readonly string[]): string {
  const bare = eventId.slice('evt_'.length);
  return routes.length === 1 && routes[0] === UNNAMED ? bare : `${bare} ${routes.join(',')}`;
}

/** Reads what `writeClaim` wrote. `undefined` for what is no such text. */
export function readClaim(text: string): Pick<Stored, 'eventId' | 'deliveries'> | undefined {
  const [bare = '', routes = UNNAMED] = text.split(' ');
  const eventId = `evt_${bare}`;
  if (!isEventId(eventId)) return undefined;
  return {
    eventId,
    deliveries: routes === '' ? [] : routes.split(',').map((route) => deliveryId(eventId, route)),
  };
}
