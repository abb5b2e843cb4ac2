import type { Arrival, Stored } from '../model/arrival.js';
import { Problem } from '../model/problem.js';
import type { Spool } from './spool.js';

/** With the time that Redis was waited for, within the 5 s that a sender is promised an answer in. */
const DEADLINE_MS = 2_000;

/** Rejects with `Problem` store_unavailable when the disk takes too long; what is then stored all the same is known by its delivery key. */
export function putInTime(spool: Spool, arrivals: readonly Arrival[]): Promise<readonly Stored[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const cause = `the spool's disk did not answer within ${DEADLINE_MS} ms`;
      const detail = 'The bridge cannot store events right now; send this again later.';
      reject(new Problem('store_unavailable', 503, detail, { retryAfterSeconds: 10, cause }));
    }, DEADLINE_MS);
    spool
      .put(arrivals)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
