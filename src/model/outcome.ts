/**
 * Why an attempt ended as it did: stable, low-cardinality words for logs, metrics and filters.
 * The table that assigns them is `targets/komand/classify.ts`.
 */
export type ErrorClass =
  | 'http_4xx'
  | 'http_429'
  | 'http_5xx'
  | 'timeout'
  | 'connection'
  | 'tls'
  | 'dns'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'redirect'
  | 'bad_answer'
  | 'mapping'
  | 'circuit_open'
  | 'shutdown'
  | 'poison';

/** Whether Komand can have seen the event: decides what a replay risks. */
export type Reached = 'not_sent' | 'sent_no_answer' | 'answered';

/** What the target answered, as far as it is kept. */
export interface TargetAnswer {
  readonly status: number;
  /** The first 2 KiB, secrets removed. */
  readonly excerpt: string;
}

interface Failure {
  readonly errorClass: ErrorClass;
  /** One sentence for the operator. Never matched by code. */
  readonly reason: string;
  readonly reached: Reached;
  readonly answer?: TargetAnswer;
}

/** What became of one attempt: a value, decided in one pure place. */
export type DeliveryOutcome =
  | {
      readonly kind: 'delivered';
      /** At most 256 characters. Absent for a trigger, whose answer carries none. */
      readonly jobId?: string;
      readonly message?: string;
      readonly answer: TargetAnswer;
    }
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number } & Failure)
  | ({ readonly kind: 'relogin' } & Failure)
  | ({ readonly kind: 'rejected' } & Failure)
  | ({ readonly kind: 'ambiguous' } & Failure)
  | ({ readonly kind: 'target-down'; readonly retryAfterMs?: number } & Failure)
  | ({ readonly kind: 'route-broken' } & Failure)
  | ({ readonly kind: 'interrupted' } & Failure);

export type FailedOutcome = Exclude<DeliveryOutcome, { kind: 'delivered' }>;
