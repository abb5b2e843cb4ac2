import type { Endpoint } from './delivery.js';
import type { DeliveryOutcome } from './outcome.js';

/** One event for a target. */
export interface TargetCall {
  readonly endpoint: Endpoint;
  /** The exact bytes to send, JSON text. */
  readonly body: string;
  readonly traceparent?: string;
  /** Fires at shutdown; the attempt then ends `interrupted` if nothing was sent yet, else it runs on to its answer. */
  readonly signal: AbortSignal;
}

/** A Komand job as far as the bridge reads it. Unknown words are kept; times are Unix milliseconds or absent. */
export interface TargetJob {
  readonly jobId: string;
  /** As Komand said it: an open vocabulary. */
  readonly status: string;
  readonly workflowId: string;
  readonly groupId?: string;
  readonly name?: string;
  readonly createdAt?: number;
  readonly endedAt?: number;
  readonly failedStep?: string;
  readonly rerunnable?: boolean;
  /** The event as Komand received it; only a single job's own page has it. */
  readonly startMessage?: unknown;
}

/** The other side, as delivery and follow-up need it. */
export interface Target {
  readonly name: string;
  /** Never throws for anything the network or the target did: that is an outcome. */
  send(call: TargetCall): Promise<DeliveryOutcome>;
  /** Newest first. Rejects with `TargetUnavailable`. */
  jobs(page: {
    readonly limit: number;
    readonly offset: number;
    readonly status?: string;
  }): Promise<readonly TargetJob[]>;
  /** `undefined` while the target does not know it (yet). Rejects with `TargetUnavailable`. */
  job(jobId: string): Promise<TargetJob | undefined>;
  /** For people; built from the configured public address. */
  jobUrl(jobId: string): string;
}

/** A reading call that did not work out: try again later. */
export class TargetUnavailable extends Error {
  override readonly name = 'TargetUnavailable';
}
