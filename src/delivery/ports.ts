import type { Delivery, JobOutcome, Progress } from '../model/delivery.js';
import type { DeliveryId } from '../model/ids.js';
import type { Route } from '../model/source.js';
import type { Target } from '../model/target.js';

/** What the stage writes beside the queue's own record of a delivery. */
export interface Records {
  saveProgress(delivery: Pick<Delivery, 'id' | 'source'>, progress: Progress): Promise<void>;
  /** Which delivery holds each `job_id`, in the order asked. */
  holdersOf(jobIds: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Takes a `job_id`; the first who asks gets it. */
  claimJobId(source: string, jobId: string, by: DeliveryId): Promise<boolean>;
}

/** A delivery whose Komand job has not ended yet. */
export interface Followed {
  readonly deliveryId: DeliveryId;
  readonly jobId: string;
  readonly route: string;
  /** Unix milliseconds. */
  readonly deliveredAt: number;
  /** How many times it was looked at. */
  readonly step: number;
}

/** The list of Komand jobs that have not ended. */
export interface FollowList {
  /** At most `limit` that are due at `now`, longest due first. */
  followDue(source: string, now: number, limit: number): Promise<readonly Followed[]>;
  reschedule(source: string, deliveryId: DeliveryId, at: number, step: number): Promise<void>;
  /** Answers whether this call was the one that recorded it. */
  recordOutcome(
    source: string,
    deliveryId: DeliveryId,
    outcome: JobOutcome,
    failedStep?: string,
  ): Promise<boolean>;
  /** Whether this process may follow the jobs of a target for the next `ms`: one over all processes. */
  lease(target: string, ms: number): Promise<boolean>;
}

export interface Routing {
  /** `undefined` when the configuration in force has no such route (any more). */
  route(source: string, name: string): Route | undefined;
  target(name: string): Target | undefined;
}

/** What one process may use of a target, out of what all together may. */
export interface Share {
  readonly concurrency: number;
  /** Calls per second; absent = unlimited. */
  readonly rateLimit?: number;
}
