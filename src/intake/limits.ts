import { Problem } from '../model/problem.js';
import type { Source } from '../model/source.js';

/** A second's worth of requests may come at once. */
const BURST_MS = 1_000;

export interface Limits {
  /** Counts one request of an authentic sender. Throws `Problem` 429 over `rate_limit`, 503 over `max_pending`. */
  admit(source: Source): void;
}

/**
 * Rate and backlog of each source. A token bucket kept as one number: the time at which the bucket would be full
 * again. Unauthentic requests do not count, so that a stranger cannot use up a source's share.
 */
export function createLimits(deps: {
  readonly now: () => number;
  readonly pending: (source: string) => number;
}): Limits {
  const fullAt = new Map<string, number>();
  return {
    admit(source) {
      if (source.maxPending !== undefined && deps.pending(source.name) >= source.maxPending) {
        throw new Problem(
          'overloaded',
          503,
          'Too many events of this source are waiting; send this again later.',
          { retryAfterSeconds: 30 },
        );
      }
      if (source.rateLimit === undefined) return;
      const now = deps.now();
      const cost = 1_000 / source.rateLimit;
      const next = Math.max(fullAt.get(source.name) ?? 0, now) + cost;
      const over = next - now - Math.max(BURST_MS, cost);
      if (over > 0) {
        throw new Problem(
          'rate_limited',
          429,
          'This source sends faster than its rate limit; send this again later.',
          {
            retryAfterSeconds: Math.max(1, Math.ceil(over / 1_000)),
          },
        );
      }
      fullAt.set(source.name, next);
    },
  };
}
