import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isJsonObject, type Json } from '../../src/model/json.js';
import type { SchemaFault } from '../../src/model/problem.js';
import type { RawRequest } from '../../src/model/request.js';
import type { Admission, Authenticator, Route, Source } from '../../src/model/source.js';

export const SECRET = 'correct horse battery staple';

/** A source that takes `{"id": string, "n"?: number}`, signed in `x-signature`, and sends it along one route. */
export function handMadeSource(over: Partial<Source> = {}): Source {
  const name = over.name ?? 'alarms';
  return {
    name,
    preset: 'test',
    authenticate: hmacAuthenticator([SECRET]),
    preflight: undefined,
    addressAllowed: () => true,
    contentTypes: ['application/json', 'application/*+json'],
    maxBody: 256 * 1_024,
    extract: (request) => request.body.toString('utf8'),
    handshake: undefined,
    split: undefined,
    validate: validateAlarm,
    deliveryKey: (_request, part) => keyOf(part.value, part.text),
    dedupeWindowMs: 86_400_000,
    onInvalid: 'reject',
    acceptedStatus: 202,
    keepHeaders: [],
    rateLimit: undefined,
    maxPending: undefined,
    expectedIntervalMs: undefined,
    routes: [handMadeRoute({ source: name })],
    ...over,
  };
}

export function handMadeRoute(over: Partial<Route> = {}): Route {
  return {
    name: 'all',
    source: 'alarms',
    target: 'soar',
    endpoint: { kind: 'workflow', id: '00000000-0000-4000-8000-000000000001' },
    when: undefined,
    map: (delivery) => Promise.resolve({ text: delivery.body }),
    onAmbiguous: 'reconcile',
    correlate: undefined,
    maxAttempts: 20,
    giveUpAfterMs: 259_200_000,
    ...over,
  };
}

/** What a sender of the hand-made source writes into `x-signature`. */
export function sign(body: string | Buffer, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** HMAC-SHA256 over the raw body, in hex. The real mechanisms are `sources/`'s; the order around them is tested here. */
export function hmacAuthenticator(secrets: readonly string[]): Authenticator {
  return (request) => {
    const given = request.headers['x-signature'];
    if (given === undefined) return { ok: false, cause: 'missing', detail: 'no x-signature' };
    if (request.repeatedHeaders.has('x-signature') || !/^[0-9a-f]{64}$/.test(given))
      return { ok: false, cause: 'malformed', detail: 'x-signature is not 64 hex digits' };
    return firstMatch(secrets, request, Buffer.from(given, 'hex'));
  };
}

function firstMatch(secrets: readonly string[], request: RawRequest, given: Buffer): Admission {
  const matches = secrets.map((secret) =>
    timingSafeEqual(Buffer.from(sign(request.body, secret), 'hex'), given),
  );
  const secretIndex = matches.indexOf(true);
  return secretIndex < 0
    ? { ok: false, cause: 'wrong_secret', detail: 'no secret of this source made this signature' }
    : { ok: true, secretIndex };
}

export function validateAlarm(body: Json): readonly SchemaFault[] {
  if (!isJsonObject(body)) return [{ pointer: '', keyword: 'type', message: 'must be object' }];
  const faults: SchemaFault[] = [];
  if (typeof body['id'] !== 'string')
    faults.push({ pointer: '/id', keyword: 'type', message: 'must be string' });
  if (Object.hasOwn(body, 'n') && typeof body['n'] !== 'number')
    faults.push({ pointer: '/n', keyword: 'type', message: 'must be number' });
  return faults;
}

function keyOf(value: Json, text: string): string {
  const id = isJsonObject(value) ? value['id'] : undefined;
  return typeof id === 'string' && id.length < 200
    ? `body:${id}`
    : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
