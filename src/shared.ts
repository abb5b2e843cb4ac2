import type { Closers } from './closers.js';
import type { InForce } from './in-force.js';
import type { Observe } from './model/observation.js';
import type { Store } from './open-store.js';
import type { Metrics } from './ops/observe/metrics.js';

export type Role = 'ingress' | 'worker' | 'ops';

/** What the parts of a process share. */
export interface Shared {
  /** Tells this process apart from its like. */
  readonly instance: string;
  readonly version: string;
  readonly readFile: (path: string) => string;
  readonly closers: Closers;
  readonly observe: Observe;
  /** Whoever wants to see what happens for a while: is told everything that `observe` is. */
  readonly watchers: Set<Observe>;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly inForce: () => InForce;
  /** Set at shutdown: not ready any more, though everything still works. */
  readonly leaving: () => boolean;
  /** Set once the closing has begun. */
  readonly draining: () => boolean;
  readonly now: () => number;
}
