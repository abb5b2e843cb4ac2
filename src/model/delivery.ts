import type { DeliveryId, EventId } from './ids.js';
import type { DeliveryOutcome, ErrorClass, Reached } from './outcome.js';

export type DeliveryState = 'queued' | 'active' | 'scheduled' | 'delivered' | 'dead' | 'discarded';

/** What became of the Komand job a delivery started. */
export type JobOutcome =
  'pending' | 'succeeded' | 'failed' | 'dismissed' | 'cancelled' | 'retried' | 'unconfirmed' | 'unknown';

/** How a delivery reaches its target: a workflow (answers with a `job_id`) or a trigger (does not). */
export type Endpoint =
  { readonly kind: 'workflow'; readonly id: string } | { readonly kind: 'trigger'; readonly id: string };

/** The self-contained record of a delivery: exactly this is the data of its BullMQ job. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly source: string;
  readonly route: string;
  readonly deliveryKey: string;
  /** Unix milliseconds. */
  readonly receivedAt: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent?: string;
  readonly requestId: string;
  readonly replay?: Replay;
}

/** Where a replay came from: the original stays as it was. */
export interface Replay {
  readonly of: DeliveryId;
  readonly by: string;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly edited: boolean;
}

/** One call to the target (or a decision not to call), as the timeline keeps it. */
export interface Attempt {
  /** 1, 2, 3 … in the order made. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: DeliveryOutcome['kind'];
  readonly errorClass?: ErrorClass;
  readonly reason?: string;
  readonly reached: Reached;
  readonly status?: number;
  /** The first 2 KiB of the target's answer. */
  readonly answer?: string;
  readonly jobId?: string;
  /** SHA-256 (hex) of the body that was sent, so that a reconcile can compare. */
  readonly bodyHash?: string;
  /** Unix milliseconds of the next try, where there is one. */
  readonly nextAt?: number;
}

/** What changes while a delivery is under way; kept beside its data. */
export interface Progress {
  readonly attempts: readonly Attempt[];
  /** Attempts that count towards `max_attempts` (an outage does not). */
  readonly counted: number;
  /** Attempts no longer in `attempts`, which keeps the first 5 and the last 45. */
  readonly dropped: number;
  /** Starts by a worker that ended in order; one more than these on record means that a worker died with it. */
  readonly starts?: number;
  /** Unix milliseconds from which `give_up_after` counts, where that is not the acceptance: a dead letter tried anew. */
  readonly since?: number;
  /** Why it is a dead letter, once it is one. */
  readonly deadClass?: ErrorClass;
}

export const NO_PROGRESS: Progress = { attempts: [], counted: 0, dropped: 0 };

/** What a delivered event leaves behind. */
export interface Receipt {
  readonly jobId?: string;
  /** `<public_url>/jobs/details/<job_id>`; the host inside Komand's own `job_url` is never trusted. */
  readonly jobUrl?: string;
  readonly message?: string;
  /** Unix milliseconds. */
  readonly deliveredAt: number;
  readonly attempt: Attempt;
}

/** Everything an operator can see of one delivery. */
export interface DeliveryView {
  readonly delivery: Delivery;
  readonly state: DeliveryState;
  readonly progress: Progress;
  readonly receipt?: Receipt;
  readonly jobOutcome?: JobOutcome;
  /** The step that failed, where the Komand job did. */
  readonly failedStep?: string;
  /** Unix milliseconds of the next attempt, for a scheduled delivery. */
  readonly nextAt?: number;
  /** Why what is encrypted of it is missing here: its key is not configured, or it was changed in the store. */
  readonly unreadable?: string;
}
