import type { DeliveryState } from '../model/delivery.js';

/** How old a count may be, in milliseconds: a limit of thousands need not be exact to the event. */
const FRESH_MS = 250;

type Counts = ReadonlyMap<string, Readonly<Record<DeliveryState, number>>>;

/** Deliveries waiting in each source, asked for at most every 250 ms and only while somebody wants to know. */
export function createPendingCount(
  counts: () => Promise<Counts>,
  now: () => number,
): (source: string) => number {
  let known: Counts = new Map();
  let asked = -Infinity;
  return (source) => {
    if (now() - asked >= FRESH_MS) {
      asked = now();
      // While Redis is away the last count stands
      counts().then(
        (fresh) => (known = fresh),
        () => undefined,
      );
    }
    const states = known.get(source);
    return states === undefined ? 0 : states.queued + states.active + states.scheduled;
  };
}
