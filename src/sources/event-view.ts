import type { Json } from '../model/json.js';
import { inspectJson, parseExact } from '../model/json-text.js';
import type { ConditionInput, MappingInput } from '../model/source.js';
import { MappingError } from '../model/source.js';

/** An event as expressions see it. What only a stored event has is absent while conditions are looked at. */
export interface EventView extends ConditionInput {
  readonly source: string;
  readonly eventId?: string;
  /** RFC 3339, UTC. */
  readonly receivedAt?: string;
  readonly text?: string;
}

/** As deep as the door lets a body be. */
const MAX_DEPTH = 64;

export function viewOfDelivery(delivery: MappingInput): EventView {
  return {
    exact: exactBody(delivery.body),
    headers: delivery.headers,
    source: delivery.source,
    eventId: delivery.eventId,
    receivedAt: new Date(delivery.receivedAt).toISOString(),
    text: delivery.body,
  };
}

/** The value with numbers that a double cannot hold as strings. Throws `MappingError`: an edited body may be no JSON. */
function exactBody(text: string): Json {
  const inspected = inspectJson(text, MAX_DEPTH);
  if (!inspected.ok) throw new MappingError(inspected.detail);
  return inspected.inexact ? parseExact(text) : inspected.value;
}

/** The variables of every expression, by their names without `$`. */
export function bindingsOf(view: EventView, eventType: string): Record<string, unknown> {
  const { headers, source, eventId, receivedAt, text } = view;
  return {
    headers,
    source,
    event_type: eventType,
    event_id: eventId,
    received_at: receivedAt,
    raw: text,
  };
}
