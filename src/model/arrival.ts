import type { BridgeEvent } from './event.js';
import type { DeliveryId, EventId } from './ids.js';
import type { ProblemCode, SchemaFault } from './problem.js';
import type { RefusalCause } from './source.js';

/** An event on its way into the store, with the names of the routes it takes; none means `filtered`. */
export interface Arrival {
  readonly event: BridgeEvent;
  readonly routes: readonly string[];
}

/** What the store says of an arrival. For a duplicate: the ids of the first time. */
export interface Stored {
  readonly eventId: EventId;
  readonly status: 'queued' | 'duplicate' | 'filtered' | 'spooled';
  readonly deliveries: readonly DeliveryId[];
}

/** A request that was not accepted; with `body` (quarantined) when it was authentic, so that it can be released. */
export interface RejectedRequest {
  /** The request's id (`req_…`), or for one element of a batch `req_…-<index>`. */
  readonly id: string;
  readonly source: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly status: number;
  readonly code: ProblemCode;
  readonly cause: RefusalCause | ProblemCode;
  readonly detail: string;
  readonly errors: readonly SchemaFault[];
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  /** SHA-256 (hex) of the raw body. */
  readonly bodyHash: string;
  /** Set = quarantined: authentic, kept whole. */
  readonly quarantined?: {
    readonly body: string;
    readonly contentType: string;
    /** Known where the body was good enough to read a key from. */
    readonly deliveryKey?: string;
    /** Names the event that a release will create, so that releasing twice makes one event. */
    readonly eventId: EventId;
  };
  /** Why what is encrypted of it is missing here: its key is not configured, or it was changed in the store. */
  readonly unreadable?: string;
}
