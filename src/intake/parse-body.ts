import { isUtf8 } from 'node:buffer';
import { inspectJson, parseExact, type JsonFault } from '../model/json-text.js';
import { Problem } from '../model/problem.js';
import type { BodyPart } from '../model/source.js';
import type { Verified } from './verified.js';

/** Deepest real body seen: 27 levels (Darktrace). */
export const MAX_DEPTH = 64;

const BYTE_ORDER_MARK = 0xfeff;

const SENTENCES: Readonly<Record<JsonFault, string>> = {
  empty_body: 'The body is empty; send a JSON object or array.',
  invalid_json: 'The body is not a JSON object or array; check what the sender is told to send.',
  too_deep: `The body is nested deeper than ${MAX_DEPTH} levels.`,
  duplicate_key: 'The body has the same key twice in one object, so its meaning is not certain.',
};

/** Turns a verified body into a value. Throws `Problem` 400 for whatever is not one clear JSON text. */
export function parseBody({ source, request }: Verified): BodyPart {
  if (request.body.length === 0 && source.bodyOptional !== true)
    throw new Problem('empty_body', 400, SENTENCES.empty_body);
  if (!isUtf8(request.body)) {
    throw new Problem('invalid_utf8', 400, 'The body is not valid UTF-8.');
  }
  return parseText(source.extract(request));
}

/**
 * As `parseBody`, for text that is UTF-8 already: a released quarantine, a batch element. A byte order mark is
 * dropped, as RFC 8259 §8.1 lets a reader do: some .NET senders write one, and no target would read it.
 */
export function parseText(received: string): BodyPart {
  const text = received.charCodeAt(0) === BYTE_ORDER_MARK ? received.slice(1) : received;
  const inspected = inspectJson(text, MAX_DEPTH);
  if (!inspected.ok) {
    throw new Problem(inspected.fault, 400, SENTENCES[inspected.fault], { cause: inspected.detail });
  }
  const { value, inexact } = inspected;
  return { text, value, exact: inexact ? parseExact(text) : value };
}
