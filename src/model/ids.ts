import { randomFillSync } from 'node:crypto';

declare const kind: unique symbol;
/** `evt_` + 26 characters that sort by time. */
export type EventId = string & { readonly [kind]: 'event' };
/** `dlv_` + 26 characters + `_` + the route's name. */
export type DeliveryId = string & { readonly [kind]: 'delivery' };

/** Crockford's base 32: no I, L, O, U, so that an id can be read out over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BODY = '[0-9A-HJKMNP-TV-Z]{26}';
const EVENT_ID = new RegExp(`^evt_${BODY}$`);
const DELIVERY_ID = new RegExp(`^dlv_${BODY}_[a-z0-9][a-z0-9-]{0,39}$`);

const RANDOM_LENGTH = 16;
/** Asking the system for each id would cost more than the rest of it. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** 48 bits of milliseconds, then 80 random bits: the layout of a ULID (github.com/ulid/spec). */
function sortableBody(now: number): string {
  let time = '';
  for (let rest = now, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time;
  let tail = '';
  if (used + RANDOM_LENGTH > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  for (const end = used + RANDOM_LENGTH; used < end; used += 1)
    tail += ALPHABET.charAt((pool[used] ?? 0) & 31);
  return time + tail;
}

/** A fresh event id. `now` is Unix milliseconds. */
export function newEventId(now: number): EventId {
  return `evt_${sortableBody(now)}` as EventId;
}

/**
 * The delivery of an event along a route. Derived, not random: a sender's retry and a drained spool
 * arrive at the same id, so the store can refuse the second one.
 */
export function deliveryId(event: EventId, route: string): DeliveryId {
  return `dlv_${event.slice(4)}_${route}` as DeliveryId;
}

/** A replay is a delivery of its own, so it gets an id of its own; the event id stays. */
export function replayDeliveryId(route: string, now: number): DeliveryId {
  return `dlv_${sortableBody(now)}_${route}` as DeliveryId;
}

export function isEventId(text: string): text is EventId {
  return EVENT_ID.test(text);
}

export function isDeliveryId(text: string): text is DeliveryId {
  return DELIVERY_ID.test(text);
}

/** Identifies one inbound request in its answer and in the logs. */
export function newRequestId(now: number): string {
  return `req_${sortableBody(now)}`;
}

/**
 * A request's first event is called after it: one id less to make and to keep. `undefined` for an id that is none of
 * ours; a later event of the same request needs an id of its own.
 */
export function eventIdOfRequest(requestId: string): EventId | undefined {
  const id = `evt_${requestId.slice('req_'.length)}`;
  return isEventId(id) ? id : undefined;
}

/** The request whose first event this is. */
export function requestIdOf(event: EventId): string {
  return `req_${event.slice('evt_'.length)}`;
}

/** The event a delivery is of, as its id has it; a replay's id tells of no event. */
export function eventIdOf(delivery: DeliveryId): EventId {
  return `evt_${delivery.slice('dlv_'.length, 'dlv_'.length + 26)}` as EventId;
}

/** The route a delivery takes, as its id has it. */
export function routeOf(delivery: DeliveryId): string {
  return delivery.slice('dlv_'.length + 26 + '_'.length);
}
