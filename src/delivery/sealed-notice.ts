import type { Observe } from '../model/observation.js';

/** However many deliveries wait for a key, the log says so this often. Milliseconds. */
const TELL_EVERY_MS = 60_000;

/** Says that a delivery cannot be opened, and why. */
export type SealedNotice = (deliveryId: string, cause: string) => void;

export function createSealedNotice(deps: {
  readonly source: string;
  readonly observe: Observe;
  readonly now: () => number;
}): SealedNotice {
  const { source, observe, now } = deps;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (deliveryId, cause) => {
    if (now() - toldAt < TELL_EVERY_MS) return;
    toldAt = now();
    observe({
      kind: 'notice',
      level: 'error',
      event: 'delivery.sealed',
      message: 'Deliveries cannot be read and wait; nothing of them is lost',
      data: { source, delivery_id: deliveryId, cause },
    });
  };
}
