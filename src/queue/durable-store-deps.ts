import type { Arrival } from '../model/arrival.js';
import type { Observe } from '../model/observation.js';
import type { AcceptResult } from './event-store.js';
import type { Spool } from './spool.js';

/** The store proper: Redis. */
export interface RedisStore {
  /** Never rejects; answers within 3 s. */
  acceptEach(arrivals: readonly Arrival[]): Promise<readonly AcceptResult[]>;
}

export interface DurableStoreDeps {
  readonly redis: RedisStore;
  readonly spool: Spool;
  readonly observe: Observe;
  /** Events moved from the spool to Redis at a time. */
  readonly drainBatch: number;
  /** How often an outage is probed, in milliseconds. Well under the 2 s in which the bridge must be itself again. */
  readonly probeMs: number;
  /** How often events that Redis took everything but are offered again, in milliseconds; default one minute. */
  readonly parkedRetryMs?: number;
}
