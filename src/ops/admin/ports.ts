import type { RejectedRequest } from '../../model/arrival.js';
import type { DeliveryState, DeliveryView } from '../../model/delivery.js';

/** What the verbs need of the store. */
export interface DeliveryReader {
  show(id: string): Promise<DeliveryView | undefined>;
  findByJobId(jobId: string): Promise<DeliveryView | undefined>;
  findByDeliveryKey(source: string, key: string): Promise<readonly DeliveryView[]>;
  /** Newest first. */
  list(
    filter: DeliveryFilter,
  ): Promise<{ readonly items: readonly DeliveryView[]; readonly cursor?: string }>;
  counts(): Promise<ReadonlyMap<string, Readonly<Record<DeliveryState, number>>>>;
}

export interface DeliveryFilter {
  readonly source?: string;
  readonly state?: DeliveryState;
  readonly limit: number;
  readonly cursor?: string;
}

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
  list(filter: { readonly source?: string; readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly RejectedRequest[];
    readonly cursor?: string;
  }>;
  show(id: string): Promise<RejectedRequest | undefined>;
}

export interface RejectedVerbs {
  /** Sends a quarantined body through the source's present schema and routes. */
  release(id: string, change: Change): Promise<unknown>;
  discard(id: string, change: Change): Promise<void>;
}

export interface SourceSummary {
  readonly name: string;
  readonly preset: string;
  readonly routes: readonly { readonly name: string; readonly target: string; readonly endpoint: string }[];
}
