import { newEventId, newRequestId } from '../model/ids.js';
import type { Json, JsonObject } from '../model/json.js';
import { inspectJson, parseExact } from '../model/json-text.js';
import type { SchemaFault } from '../model/problem.js';
import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { BodyPart, HandshakeAnswer, Source } from '../model/source.js';
import type { Example } from './load-examples.js';

/** As the door has it. */
const MAX_DEPTH = 64;

/** What a source makes of a request, without network and store. */
export type ExampleResult =
  | { readonly kind: 'answered'; readonly answer: HandshakeAnswer }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'events'; readonly events: readonly ExampleEvent[] };

export interface ExampleEvent {
  readonly deliveryKey: string;
  readonly errors: readonly SchemaFault[];
  /** What the first route would send; `undefined` where the schema is broken. */
  readonly mapped: JsonObject | undefined;
}

/** An example as the request that the door would make of it. `receivedAt` is Unix milliseconds. */
export function exampleRequest(example: Example, receivedAt: number): RawRequest {
  return {
    id: newRequestId(receivedAt),
    method: example.method,
    headers: example.headers,
    repeatedHeaders: new Set(),
    query: new URLSearchParams(example.query),
    pathToken: undefined,
    body: Buffer.from(example.body),
    remoteAddress: '127.0.0.1',
    clientCertificate: undefined,
    receivedAt,
  };
}

/** Takes a request from its bytes to what is sent, but for authentication. Rejects with `MappingError`. */
export async function runExample(source: Source, request: RawRequest): Promise<ExampleResult> {
  if (request.method !== 'POST') {
    const answer = await source.preflight?.(request);
    return answer === undefined ? { kind: 'refused', message: 'not a POST' } : { kind: 'answered', answer };
  }
  const body = readBody(source, request);
  if (typeof body === 'string') return { kind: 'refused', message: body };
  const answer = await source.handshake?.(request, body.value);
  if (answer !== undefined) return { kind: 'answered', answer };
  const events: ExampleEvent[] = [];
  for (const part of source.split?.(body) ?? [body]) events.push(await runPart(source, request, part));
  return { kind: 'events', events };
}

/** The body as a value, or one sentence that says why it is none. */
export function readBody(source: Source, request: RawRequest): BodyPart | string {
  try {
    const text = source.extract(request);
    const inspected = inspectJson(text, MAX_DEPTH);
    if (!inspected.ok) return inspected.detail;
    const { value, inexact } = inspected;
    return { text, value, exact: inexact ? parseExact(text) : value };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.message;
  }
}

async function runPart(source: Source, request: RawRequest, part: BodyPart): Promise<ExampleEvent> {
  const errors = source.validate(part.value);
  const deliveryKey = source.deliveryKey(request, part);
  const route = source.routes[0];
  if (errors.length > 0 || route === undefined) return { deliveryKey, errors, mapped: undefined };
  const { text } = await route.map({
    body: part.text,
    headers: keptHeaders(source, request),
    source: source.name,
    eventId: newEventId(request.receivedAt),
    receivedAt: request.receivedAt,
  });
  const mapped = JSON.parse(text) as Json;
  return { deliveryKey, errors, mapped: mapped as JsonObject };
}

/** The headers that stay with an event. */
export function keptHeaders(source: Source, request: RawRequest): Readonly<Record<string, string>> {
  const names = new Set(['content-type', 'user-agent', ...source.keepHeaders]);
  return Object.fromEntries(Object.entries(request.headers).filter(([name]) => names.has(name)));
}
