import type { EventId } from './ids.js';

/** One accepted webhook body, or one element of it where the source splits batches. */
export interface BridgeEvent {
  readonly id: EventId;
  readonly source: string;
  /** What makes two requests the same event, e.g. `header:01J…`, `body:42` or `sha256:…`; at most 300 characters. */
  readonly deliveryKey: string;
  /** How long a second request with this key counts as the same event, in milliseconds; 0 = never. */
  readonly dedupeWindowMs: number;
  /** Unix milliseconds at which the bridge had read and authenticated the request. */
  readonly receivedAt: number;
  /** The body as received (decompressed, UTF-8); for an element of a split batch, its JSON text cut out of the body. */
  readonly body: string;
  readonly contentType: string;
  /** Only headers on the source's allow-list, lower-case. Never a credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent?: string;
  readonly requestId: string;
}
