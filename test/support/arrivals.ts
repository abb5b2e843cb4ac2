import { randomUUID } from 'node:crypto';
import type { Arrival } from '../../src/model/arrival.js';
import { newEventId } from '../../src/model/ids.js';

/** An event as intake hands it over; whatever a test does not say is new and its own. */
export function arrivalOf(
  given: Partial<Arrival['event']> & { readonly routes?: readonly string[] } = {},
): Arrival {
  const { routes = ['main'], ...event } = given;
  const receivedAt = event.receivedAt ?? Date.now();
  return {
    routes,
    event: {
      id: newEventId(receivedAt),
      source: 'alerts',
      deliveryKey: `header:${randomUUID()}`,
      dedupeWindowMs: 600_000,
      receivedAt,
      body: '{"n":1}',
      contentType: 'application/json',
      headers: {},
      requestId: 'req_1',
      ...event,
    },
  };
}
