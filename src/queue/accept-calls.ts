import type { Arrival } from '../model/arrival.js';
import type { Delivery } from '../model/delivery.js';
import { deliveryId } from '../model/ids.js';
import { ACCEPT_BATCH } from './accept-batch-script.js';
import { ACCEPT } from './accept-script.js';
import { hourOfId } from './id-time.js';
import type { SourceKeys } from './keys.js';
import type { ScriptCall } from './script.js';

/** With duplicates switched off, how long a write that is sent twice is still known as one. */
const RESEND_WINDOW_MS = 600_000;
/** `attempts` is always 1: whether to try again is decided by `delivery/`, because an outage must not use tries up. */
export const JOB_OPTIONS = JSON.stringify({ attempts: 1, stackTraceLimit: 0 });

/** One event by itself. */
export function toCall(keys: SourceKeys, { event, routes }: Arrival): ScriptCall {
  return {
    script: ACCEPT,
    keys: acceptKeys(keys, claimOf(keys, event), event.id),
    args: [
      keys.base,
      lifetimeOf(event),
      `${event.id} ${routes.join(',')}`,
      'accepted',
      event.receivedAt,
      JOB_OPTIONS,
      ...jobsOf(event, routes),
    ],
  };
}

/** Several events of one source. */
export function toBatchCall(keys: SourceKeys, arrivals: readonly Arrival[]): ScriptCall {
  const { base, index, books, hourBooks } = keys;
  const own = arrivals.flatMap(({ event }) => [claimOf(keys, event), hourBooks(hourOfId(event.id))]);
  return {
    script: ACCEPT_BATCH,
    keys: [`${base}wait`, `${base}meta`, `${base}marker`, `${base}active`, index, books, ...own],
    args: [
      base,
      JOB_OPTIONS,
      ...arrivals.flatMap(({ event, routes }) => [
        lifetimeOf(event),
        `${event.id} ${routes.join(',')}`,
        event.receivedAt,
        routes.length,
        ...jobsOf(event, routes),
      ]),
    ],
  };
}

function claimOf(keys: SourceKeys, { dedupeWindowMs, deliveryKey, id }: Arrival['event']): string {
  return keys.claim(dedupeWindowMs > 0 ? deliveryKey : id);
}

function lifetimeOf({ dedupeWindowMs }: Arrival['event']): number {
  return dedupeWindowMs > 0 ? dedupeWindowMs : RESEND_WINDOW_MS;
}

/** A pair of id and data for each route's job. */
function jobsOf(event: Arrival['event'], routes: readonly string[]): string[] {
  return routes.flatMap((route) => {
    const delivery = toDelivery(event, route);
    return [delivery.id, JSON.stringify(delivery)];
  });
}

/** The keys of the accept script, in its order. `id` is the event's, or a replay's delivery's. */
export function acceptKeys(keys: SourceKeys, claim: string, id: string): string[] {
  const { base, index, books, hourBooks } = keys;
  const bull = [`${base}wait`, `${base}meta`, `${base}marker`, `${base}active`];
  return [claim, ...bull, index, books, hourBooks(hourOfId(id))];
}

function toDelivery(event: Arrival['event'], route: string): Delivery {
  const { id, dedupeWindowMs: _, ...kept } = event;
  return { ...kept, id: deliveryId(id, route), eventId: id, route };
}
