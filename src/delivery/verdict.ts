import type { Attempt, Delivery, Progress, Receipt } from '../model/delivery.js';
import type { Observe } from '../model/observation.js';
import type { DeliveryOutcome, ErrorClass } from '../model/outcome.js';
import type { Route } from '../model/source.js';
import type { Target } from '../model/target.js';
import { bodyHash } from './body-hash.js';
import type { TargetGate } from './target-gate.js';
import { nextNumber, toAttempt, withAttempt } from './timeline.js';

/** A delivery as a worker picked it up. */
export interface Start {
  readonly delivery: Delivery;
  readonly progress: Progress;
  /** Earlier starts that left no record: the worker died with them. */
  readonly lostStarts: number;
  /** Fires at shutdown. */
  readonly signal: AbortSignal;
}

/** A start whose route and target are known. */
export interface Work extends Start {
  readonly route: Route;
  readonly target: Target;
  readonly gate: TargetGate;
  /** Unix milliseconds, and the same moment on a clock that nobody sets. */
  readonly startedAt: number;
  readonly watch: number;
}

/** What is to be done with the delivery now. */
export type Verdict =
  | {
      readonly kind: 'delivered';
      readonly receipt: Receipt;
      /** What is known of the calls before the one that delivered. */
      readonly progress: Progress;
    }
  /** `at`: Unix milliseconds. */
  | { readonly kind: 'again'; readonly at: number; readonly progress: Progress }
  | { readonly kind: 'dead'; readonly reason: string; readonly progress: Progress };

export interface Reporter {
  readonly observe: Observe;
  readonly now: () => number;
}

export function deliveredVerdict(
  reporter: Reporter,
  work: Work,
  outcome: Extract<DeliveryOutcome, { kind: 'delivered' }>,
  body: string,
): Verdict {
  const attempt = timed(work, outcome, body);
  const { jobId, message } = outcome;
  const receipt: Receipt = {
    deliveredAt: reporter.now(),
    attempt,
    ...(message === undefined ? {} : { message }),
    ...(jobId === undefined ? {} : { jobId, jobUrl: work.target.jobUrl(jobId) }),
  };
  report(reporter, work, attempt, 'delivered', receipt.jobUrl);
  return { kind: 'delivered', receipt, progress: work.progress };
}

/** A dead letter without a call. */
export function refusal(reporter: Reporter, work: Work, errorClass: ErrorClass, reason: string): Verdict {
  const attempt = timed(work, { kind: 'rejected', errorClass, reason, reached: 'not_sent' });
  report(reporter, work, attempt, 'dead');
  return deadVerdict(withAttempt(work.progress, attempt), errorClass, reason);
}

export function deadVerdict(progress: Progress, deadClass: ErrorClass, reason: string): Verdict {
  return { kind: 'dead', reason, progress: { ...progress, deadClass } };
}

/** Puts this start, and those lost before it, on record: none of them is a doubt any more. */
export function againVerdict(start: Start, progress: Progress, at: number): Verdict {
  const starts = (start.progress.starts ?? 0) + start.lostStarts + 1;
  return { kind: 'again', at, progress: { ...progress, starts } };
}

/** An attempt of this work that ended just now. */
export function timed(work: Work, outcome: DeliveryOutcome, body?: string): Attempt {
  const durationMs = Math.round((performance.now() - work.watch) * 10) / 10;
  const at = { number: nextNumber(work.progress), startedAt: work.startedAt, durationMs };
  return toAttempt(outcome, at, body === undefined ? undefined : bodyHash(body));
}

/** Tells observers of an attempt and of where the delivery stands after it. */
export function report(
  { observe }: Reporter,
  { delivery, route }: Work,
  attempt: Attempt,
  state: 'delivered' | 'scheduled' | 'dead',
  jobUrl?: string,
): void {
  const { id: deliveryId, eventId, source, deliveryKey, traceparent } = delivery;
  observe({
    kind: 'attempt',
    eventId,
    deliveryId,
    source,
    route: route.name,
    target: route.target,
    deliveryKey,
    attempt,
    state,
    ...(jobUrl === undefined ? {} : { jobUrl }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
