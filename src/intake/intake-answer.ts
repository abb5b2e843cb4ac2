import type { Stored } from '../model/arrival.js';
import type { Json } from '../model/json.js';
import type { EventSeen } from '../model/observation.js';
import type { Problem } from '../model/problem.js';
import type { Cause } from './rejections.js';

/** What the pipeline says of a request: a value, for the listener to send and for the observer to count. */
export interface IntakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `undefined` = no body. */
  readonly body?: Json;
  /** Set where the request was not accepted; `body` is then made of it. */
  readonly problem?: Problem;
  /** Why it was refused, for operators only. */
  readonly refusal?: Cause;
  readonly events: readonly EventSeen[];
  readonly secretIndex?: number;
}

/** What became of one part of a request. */
export interface PartResult extends EventSeen {
  /** In the order of the batch. */
  readonly index: number;
}

/** The answer to a single event, or to a batch: then every element in its place. */
export function acceptedAnswer(
  status: number,
  results: readonly PartResult[],
  batch: boolean,
  secretIndex: number,
): IntakeAnswer {
  const events = [...results].sort((a, b) => a.index - b.index);
  const shown = events.map(showEvent);
  return { status, body: batch ? { events: shown } : (shown[0] ?? {}), events, secretIndex };
}

export function storedResult(stored: Stored, index: number, deliveryKey: string): PartResult {
  return { id: stored.eventId, status: stored.status, deliveries: stored.deliveries, deliveryKey, index };
}

function showEvent(event: EventSeen): { event_id: string; status: string; deliveries: readonly string[] } {
  return { event_id: event.id, status: event.status, deliveries: event.deliveries };
}
