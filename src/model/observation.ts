import type { Attempt, DeliveryState, JobOutcome } from './delivery.js';
import type { DeliveryId, EventId } from './ids.js';
import type { ProblemCode } from './problem.js';
import type { RefusalCause } from './source.js';

/** What the pipeline tells whoever watches. The stream never waits for, nor fails on, an observer. */
export type Observation = RequestReceived | AttemptMade | DeliveryEnded | JobEnded | Notice;

/** One request at the public listener, once it is answered. */
export interface RequestReceived {
  readonly kind: 'request';
  readonly requestId: string;
  /** A configured source's name, or `unknown`. */
  readonly source: string;
  readonly method: string;
  readonly status: number;
  readonly code?: ProblemCode;
  /** For operators: the exact cause of a refusal. */
  readonly refusal?: { readonly cause: RefusalCause | ProblemCode; readonly detail: string };
  readonly events: readonly EventSeen[];
  readonly bytes: number;
  readonly durationMs: number;
  readonly remoteAddress: string;
  /** Which live secret matched. */
  readonly secretIndex?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent?: string;
}

export interface EventSeen {
  readonly id: EventId;
  readonly status: 'queued' | 'duplicate' | 'filtered' | 'ignored' | 'quarantined' | 'spooled';
  readonly deliveryKey?: string;
  readonly deliveries: readonly DeliveryId[];
}

/** One call to a target, or the decision not to make it. */
export interface AttemptMade {
  readonly kind: 'attempt';
  readonly eventId: EventId;
  readonly deliveryId: DeliveryId;
  readonly source: string;
  readonly route: string;
  readonly target: string;
  readonly deliveryKey: string;
  readonly attempt: Attempt;
  /** Where the delivery stands after it. */
  readonly state: DeliveryState;
  readonly jobUrl?: string;
  readonly traceparent?: string;
}

export interface DeliveryEnded {
  readonly kind: 'delivery-ended';
  readonly deliveryId: DeliveryId;
  readonly source: string;
  readonly state: 'delivered' | 'dead' | 'discarded';
  /** From acceptance to here. */
  readonly durationMs: number;
}

/** A Komand job that was followed reached an outcome. */
export interface JobEnded {
  readonly kind: 'job-ended';
  readonly deliveryId: DeliveryId;
  readonly source: string;
  readonly route: string;
  readonly target: string;
  readonly jobId: string;
  readonly outcome: JobOutcome;
  readonly failedStep?: string;
}

/** Something about the bridge itself. `error` means that somebody must act. */
export interface Notice {
  readonly kind: 'notice';
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** `redis.up`, `redis.down`, `circuit.open`, `session.refused`, `config.reloaded`, `route.paused` … */
  readonly event: string;
  readonly message: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

export type Observe = (observation: Observation) => void;
