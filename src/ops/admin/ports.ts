import type { RejectedRequest } from '../../model/arrival.js';
import type { Delivery, DeliveryState, DeliveryView } from '../../model/delivery.js';
import type { TargetJob } from '../../model/target.js';
import type { Cause } from './dead-cause.js';

/** What the verbs need of the store. */
export interface DeliveryReader {
  show(id: string): Promise<DeliveryView | undefined>;
  findByJobId(jobId: string): Promise<DeliveryView | undefined>;
  findByDeliveryKey(source: string, key: string): Promise<readonly DeliveryView[]>;
  counts(): Promise<ReadonlyMap<string, Readonly<Record<DeliveryState, number>>>>;
}

export interface SearchQuery {
  readonly source?: string;
  readonly state?: DeliveryState;
  /** Unix milliseconds at which it was accepted or, for a replay, asked for. */
  readonly from?: number;
  /** Excluded. */
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
  /** What no index knows is asked of each record. */
  readonly matches: (view: DeliveryView) => boolean;
}

export interface SearchPage {
  readonly items: readonly DeliveryView[];
  readonly cursor?: string;
  /** Records that were looked at for this page. */
  readonly scanned: number;
  /** Whether everything was looked at: with `false` the next page goes on, even if this one is empty. */
  readonly complete: boolean;
}

/** Newest first, a bounded number of records a call. */
export type Search = (query: SearchQuery) => Promise<SearchPage>;

/** Who changes something, and why: kept with the change. */
export interface Change {
  readonly by: string;
  readonly reason: string;
}

/** Each throws `Problem` not_found or conflict. */
export interface DeliveryVerbs {
  /** A dead or scheduled delivery is tried now. */
  retry(id: string, change: Change): Promise<void>;
  discard(id: string, change: Change): Promise<void>;
  /** Answers the id of the new delivery; the original stays as it was. */
  replay(id: string, change: Change & { readonly body?: string }): Promise<string>;
}

export interface RejectedReader {
  list(filter: {
    readonly source?: string;
    readonly cause?: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{
    readonly items: readonly RejectedRequest[];
    readonly cursor?: string;
    readonly scanned: number;
    readonly complete: boolean;
  }>;
  show(id: string): Promise<RejectedRequest | undefined>;
}

export interface RejectedVerbs {
  /** Sends a quarantined body through the source's present schema and routes. */
  release(
    id: string,
    change: Change,
  ): Promise<{ readonly eventId: string; readonly status: string; readonly deliveries: readonly string[] }>;
  discard(id: string, change: Change): Promise<void>;
}

/** What a delivery's source would do with it now. */
export interface Preview {
  /** The body that its present route would send, or why there is none. */
  map(delivery: Delivery): Promise<{ readonly body: string } | { readonly error: string }>;
  /** Throws `Problem` for a body that the source would not accept. */
  check(source: string, body: string): void;
  /** Where senders post to this source. */
  hookUrl(source: string): string;
}

/** A change that somebody made, as it was written down before it was made. */
export interface AuditEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly by: string;
  /** `delivery.retry`, `bulk.run` …; with `.refused` behind it, a change that was not made after all. */
  readonly action: string;
  readonly reason: string;
  /** What it touches: ids of deliveries, rejected requests, bulk operations, or names of sources. */
  readonly ids: readonly string[];
  readonly detail?: string;
}

export interface AuditTrail {
  /** Answers the entry's own id. Rejects while the store does not take it: then the change must not be made. */
  write(entry: Omit<AuditEntry, 'at'>): Promise<string>;
  /** Newest first. */
  list(page: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly items: readonly AuditEntry[]; readonly cursor?: string }>;
  /** What was done to one thing, oldest first. */
  of(id: string): Promise<readonly AuditEntry[]>;
}

/** Dead letters that died of the same thing. Times: when they became dead, Unix milliseconds. */
export interface DeadGroup {
  readonly source: string;
  readonly cause: Cause;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest few. */
  readonly sampleIds: readonly string[];
}

/** `complete: false`: there are more than were looked at yet; ask again. */
export type DeadGroups = (
  source?: string,
) => Promise<{ readonly groups: readonly DeadGroup[]; readonly counted: number; readonly complete: boolean }>;

export type BulkAction = 'retry' | 'discard' | 'replay';

/** An operation on exactly the deliveries that were counted when it was planned. Times in Unix milliseconds. */
export interface Bulk {
  readonly id: string;
  readonly action: BulkAction;
  readonly filter: Readonly<Record<string, string>>;
  readonly all: boolean;
  readonly state: 'planned' | 'running' | 'done' | 'cancelled';
  readonly count: number;
  readonly by: string;
  readonly createdAt: number;
  /** A plan that nobody runs is forgotten then. */
  readonly expiresAt?: number;
  /** Deliveries a second. */
  readonly rate?: number;
  readonly reason?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why it stands still, while it does. */
  readonly waitingFor?: string;
}

export interface BulkResult {
  readonly id: string;
  readonly result: 'succeeded' | 'failed' | 'skipped';
  readonly detail?: string;
  /** For a replay: the new delivery. */
  readonly newId?: string;
}

export interface BulkItem {
  readonly source: string;
  readonly id: string;
}

export interface BulkStore {
  plan(bulk: Pick<Bulk, 'action' | 'filter' | 'all' | 'by'>, items: readonly BulkItem[]): Promise<Bulk>;
  show(id: string): Promise<Bulk | undefined>;
  /** Newest first, at most 100. */
  list(): Promise<readonly Bulk[]>;
  /** The first of what is still to be done. */
  samples(id: string, limit: number): Promise<readonly BulkItem[]>;
  results(id: string, offset: number, limit: number): Promise<readonly BulkResult[]>;
  /** Answers whether it was planned, and now runs. */
  start(
    id: string,
    run: { readonly rate: number; readonly reason: string; readonly by: string; readonly auditId: string },
  ): Promise<boolean>;
  /** Answers whether it was planned or running, and now is not. */
  cancel(id: string): Promise<boolean>;
}

/** How a source is doing, over all processes. Times in Unix milliseconds. */
export interface SourceStatus {
  readonly name: string;
  readonly preset: string;
  readonly routes: readonly { readonly name: string; readonly target: string; readonly endpoint: string }[];
  readonly paused: { readonly by: string; readonly reason: string; readonly at: number } | undefined;
  /** Over the last hour. */
  readonly acceptedPerMinute: number;
  readonly lastEventAt: number | undefined;
  readonly expectedIntervalMs: number | undefined;
  /** Nothing came for longer than expected. */
  readonly silent: boolean;
  readonly counts: Readonly<Record<DeliveryState, number>>;
  /** Komand jobs that ended, by outcome. */
  readonly jobs: Readonly<Record<string, number>>;
}

export interface TriedBody {
  readonly body: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
}

export interface SourcePort {
  has(name: string): boolean;
  list(): Promise<readonly SourceStatus[]>;
  pause(name: string, change: Change): Promise<void>;
  resume(name: string, change: Change): Promise<void>;
  /** Takes a body through a source stage by stage, and stores and sends nothing. */
  try(name: string, request: TriedBody): Promise<unknown>;
}

/** How a target is doing, as far as the processes that deliver to it have told. */
export interface TargetStatus {
  readonly name: string;
  readonly url: string;
  readonly circuit: Readonly<Record<string, string | number>>;
  readonly login: Readonly<Record<string, string | number>>;
  readonly permissions: readonly string[];
  readonly rateLimit: number | undefined;
  readonly concurrency: number;
  readonly pausedRoutes: readonly string[];
  /** Komand jobs that ended, by outcome; of sources that deliver to this target alone. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** A job as its target tells it. Times in Unix milliseconds. */
export interface FoundJob {
  readonly target: string;
  readonly url: string;
  readonly job: TargetJob;
}

export interface TargetPort {
  list(): Promise<readonly TargetStatus[]>;
  /** Asks every target; `unreachable` names those that did not answer. */
  findJob(id: string): Promise<{ readonly found?: FoundJob; readonly unreachable: readonly string[] }>;
}
