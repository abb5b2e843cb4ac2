import type { Arrival, Stored } from '../model/arrival.js';
import type { DurableStoreDeps } from './durable-store-deps.js';
import type { AcceptResult } from './event-store.js';
import type { SpoolStats } from './spool.js';
import { createSpoolDrain } from './spool-drain.js';
import { putInTime } from './put-in-time.js';

export interface DurableStore {
  /** Rejects with `Problem` store_unavailable when neither Redis nor the spool takes them. */
  accept(arrivals: readonly Arrival[]): Promise<readonly Stored[]>;
  /** Whether Redis is known to be away, so that events go straight to the spool. */
  spooling(): boolean;
  spoolStats(): SpoolStats;
  close(): Promise<void>;
}

/**
 * Redis first, the spool where Redis cannot. A write that timed out may have been executed all the same: the event
 * keeps its id on its way through the spool, so the claim in Redis recognises it when it arrives a second time.
 *
 * Order: spooled events reach Redis in the order in which they arrived. What arrives once Redis is back goes straight
 * there and may overtake them, so that an outage ends for new events at once, however much is spooled. A sender's retry
 * of an event that is still spooled gets that event's answer.
 */
export function createDurableStore(deps: DurableStoreDeps): DurableStore {
  const { redis, spool } = deps;
  const drain = createSpoolDrain(deps);

  return {
    accept: async (arrivals) => {
      const answers: (Stored | undefined)[] = drain.isIdle()
        ? []
        : arrivals.map((arrival) => spool.held(arrival));
      const open = drain.isAway() ? [] : arrivals.filter((_, i) => answers[i] === undefined);
      const results = new Map<Arrival, AcceptResult>();
      for (const [i, result] of (await redis.acceptEach(open)).entries()) {
        const arrival = open[i];
        if (arrival !== undefined) results.set(arrival, result);
        if (!result.ok && !result.lasting) drain.wentAway(result.cause);
      }
      // In its own turn each: one request may hold the same event twice
      const left = arrivals.filter(
        (arrival, i) => answers[i] === undefined && results.get(arrival)?.ok !== true,
      );
      const spooled = left.length === 0 ? [] : await putInTime(spool, left);
      if (left.length > 0) drain.wake();
      let next = 0;
      return arrivals.map((arrival, i) => {
        const result = results.get(arrival);
        const answer = answers[i] ?? (result?.ok === true ? result.stored : spooled[next++]);
        if (answer === undefined) throw new Error('an arrival without an answer');
        return answer;
      });
    },
    spooling: () => drain.isAway(),
    spoolStats: () => spool.stats(),
    close: () => drain.close(),
  };
}
