import type { Arrival } from '../model/arrival.js';
import type { Delivery } from '../model/delivery.js';
import { deliveryId } from '../model/ids.js';
import { ACCEPT } from './accept-script.js';
import { writeClaim } from './claim-text.js';
import { hourOfId } from './id-time.js';
import { keptData } from './kept-delivery.js';
import type { SourceKeys } from './keys.js';
import type { ScriptCall } from './script.js';
import type { Seal } from './seal.js';

/** With duplicates switched off, how long a write that is sent twice is still known as one. */
export const RESEND_WINDOW_MS = 600_000;

/** One thing to take in under one claim. */
export interface Acceptance {
  readonly claim: string;
  readonly lifetimeMs: number;
  /** What the claim says to whoever comes second. */
  readonly value: string;
  /** Whose hour it is booked in: an event's id, or a replay's delivery's. */
  readonly id: string;
  readonly deliveries: readonly Delivery[];
}

/** The call that takes these in, all of one source; `bookedAs` is what the books count them under. */
export function acceptCall(
  keys: SourceKeys,
  bookedAs: 'accepted' | 'replayed',
  acceptances: readonly Acceptance[],
  seal: Seal,
): ScriptCall {
  const { base, index, books, hourBooks } = keys;
  return {
    script: ACCEPT,
    keys: [
      `${base}wait`,
      `${base}meta`,
      `${base}marker`,
      `${base}active`,
      index,
      books,
      ...acceptances.flatMap(({ claim, id }) => [claim, hourBooks(hourOfId(id))]),
    ],
    args: [
      base,
      bookedAs,
      ...acceptances.flatMap(({ lifetimeMs, value, deliveries }) => [
        lifetimeMs,
        value,
        deliveries.length,
        ...jobsOf(deliveries, seal),
      ]),
    ],
  };
}

function jobsOf(deliveries: readonly Delivery[], seal: Seal): readonly string[] {
  const data = keptData(seal, deliveries);
  return deliveries.flatMap(({ id }, i) => [id, data[i] ?? '']);
}

/** An event on its way in, as the call wants it. */
export function toAcceptance(keys: SourceKeys, { event, routes }: Arrival): Acceptance {
  const { id, dedupeWindowMs, deliveryKey } = event;
  const known = dedupeWindowMs > 0;
  return {
    claim: keys.claim(known ? deliveryKey : id),
    lifetimeMs: known ? dedupeWindowMs : RESEND_WINDOW_MS,
    value: writeClaim(id, routes),
    id,
    deliveries: routes.map((route) => toDelivery(event, route)),
  };
}

function toDelivery(event: Arrival['event'], route: string): Delivery {
  const { id, dedupeWindowMs: _, ...kept } = event;
  return { ...kept, id: deliveryId(id, route), eventId: id, route };
}
