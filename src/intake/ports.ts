import type { Arrival, RejectedRequest, Stored } from '../model/arrival.js';

/** Where accepted events are kept. */
export interface EventStore {
  /**
   * Keeps the arrivals durably; one answer for each, in order. Rejects with `Problem` store_unavailable when they
   * cannot be kept in time.
   */
  accept(arrivals: readonly Arrival[]): Promise<readonly Stored[]>;
  /** Deliveries of a source that are waiting, as of a moment ago: it costs no round trip. */
  pending(source: string): number;
}

/** Where requests that were not accepted are kept for people to see, and quarantined ones for release. */
export interface RejectedStore {
  record(rejected: RejectedRequest): Promise<void>;
}
