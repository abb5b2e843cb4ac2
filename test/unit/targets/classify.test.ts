import { describe, expect, it } from 'vitest';
import type { DeliveryOutcome, ErrorClass } from '../../../src/model/outcome.js';
import type { AnswerFault, CallStage, Exchange } from '../../../src/targets/komand/call.js';
import { type CallObservation, classify } from '../../../src/targets/komand/classify.js';
import { createRedact } from '../../../src/targets/komand/redact.js';

const SECRET = 'tok-3b1f';

interface Extra {
  readonly headers?: Record<string, string>;
  readonly fault?: AnswerFault;
}

function answered(status: number, body: unknown = {}, { headers = {}, fault }: Extra = {}): Exchange {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ok: true, answer: { status, headers, text, ...(fault && { fault }) } };
}

function broken(stage: CallStage, errorClass: ErrorClass): Exchange {
  return { ok: false, failure: { stage, errorClass, code: 'X', reason: 'it broke' } };
}

function decide(exchange: Exchange, over: Partial<CallObservation> = {}): DeliveryOutcome {
  return classify({
    endpoint: 'workflow',
    exchange,
    tokenAgeMs: 1_000,
    relogged: false,
    permissions: ['WORKFLOW_MODIFY'],
    redact: createRedact([SECRET]),
    now: Date.parse('2026-01-01T00:00:00Z'),
    ...over,
  });
}

function short(outcome: DeliveryOutcome): string {
  return outcome.kind === 'delivered'
    ? `delivered ${outcome.jobId ?? '-'}`
    : `${outcome.kind} ${outcome.errorClass} ${outcome.reached}`;
}

const DENIED = { message: 'checkpermission: You do not have the right permissions', status: 'ACCESS_DENIED' };
const OLD = { tokenAgeMs: 60_001 };
const TRIGGER = { endpoint: 'trigger' } as const;
const HTML = '<!DOCTYPE html><title>Sign in</title>';
const HTML_TYPE = { headers: { 'content-type': 'text/html; charset=utf-8' } };

const ROWS: readonly (readonly [string, Exchange, Partial<CallObservation>, string])[] = [
  ['shutdown before the connection', broken('connect', 'shutdown'), {}, 'interrupted shutdown not_sent'],
  ['DNS', broken('connect', 'dns'), {}, 'target-down dns not_sent'],
  ['refused or unreachable', broken('connect', 'connection'), {}, 'target-down connection not_sent'],
  ['TLS', broken('connect', 'tls'), {}, 'target-down tls not_sent'],
  ['connect time-out', broken('connect', 'timeout'), {}, 'target-down timeout not_sent'],
  ['broken while sending', broken('send', 'connection'), {}, 'retry connection not_sent'],
  ['time-out while sending', broken('send', 'timeout'), {}, 'retry timeout not_sent'],
  ['reset after sending', broken('answer', 'connection'), {}, 'ambiguous connection sent_no_answer'],
  ['time-out after sending', broken('answer', 'timeout'), {}, 'ambiguous timeout sent_no_answer'],
  ['an answer that is not HTTP', broken('answer', 'bad_answer'), {}, 'ambiguous bad_answer sent_no_answer'],

  ...[200, 401, 403, 500].flatMap((status): typeof ROWS => [
    [
      `${status} ACCESS_DENIED, fresh token`,
      answered(status, DENIED),
      {},
      'route-broken permission answered',
    ],
    [`${status} ACCESS_DENIED, old token`, answered(status, DENIED), OLD, 'relogin permission answered'],
    [
      `${status} ACCESS_DENIED after a new login`,
      answered(status, DENIED),
      { ...OLD, relogged: true },
      'route-broken permission answered',
    ],
  ]),
  ['403 without the word, fresh token', answered(403, 'no'), {}, 'route-broken permission answered'],
  ['403 without the word, old token', answered(403, 'no'), OLD, 'relogin permission answered'],
  ['401', answered(401), {}, 'relogin auth answered'],
  ['401 as a web page', answered(401, HTML, HTML_TYPE), {}, 'relogin auth answered'],
  ['401 after a new login', answered(401), { relogged: true }, 'route-broken auth answered'],

  [
    '200 with job_id',
    answered(200, { job_id: 'j-1', message: 'event published to queue' }),
    {},
    'delivered j-1',
  ],
  ['202 with jobId', answered(202, { jobId: 'j-2' }), {}, 'delivered j-2'],
  ['job_id as a number', answered(200, { job_id: 4711 }), {}, 'delivered 4711'],
  [
    'job_id of 256 characters',
    answered(200, { job_id: 'j'.repeat(256) }),
    {},
    `delivered ${'j'.repeat(256)}`,
  ],
  [
    'job_id of 257 characters',
    answered(200, { job_id: 'j'.repeat(257) }),
    {},
    'ambiguous bad_answer answered',
  ],
  [
    'job_id beyond what a number holds',
    answered(200, '{"job_id":12345678901234567890}'),
    {},
    'ambiguous bad_answer answered',
  ],
  ['job_id null', answered(200, { job_id: null }), {}, 'ambiguous bad_answer answered'],
  ['job_id object', answered(200, { job_id: {} }), {}, 'ambiguous bad_answer answered'],
  ['job_id empty', answered(200, { job_id: '' }), {}, 'ambiguous bad_answer answered'],
  [
    '200 without job_id',
    answered(200, { message: 'event published to queue' }),
    {},
    'ambiguous bad_answer answered',
  ],
  [
    '200 whole, though it broke off after',
    answered(200, { job_id: 'j-3' }, { fault: 'cut_off' }),
    {},
    'delivered j-3',
  ],
  ['200 empty', answered(200, ''), {}, 'ambiguous bad_answer answered'],
  ['204', answered(204, ''), {}, 'ambiguous bad_answer answered'],
  [
    '200 truncated JSON',
    answered(200, '{"job_id":"j', { fault: 'cut_off' }),
    {},
    'ambiguous bad_answer answered',
  ],
  ['200 JSON array', answered(200, '[{"job_id":"j"}]'), {}, 'ambiguous bad_answer answered'],
  ['200 too large', answered(200, 'x', { fault: 'too_large' }), {}, 'ambiguous bad_answer answered'],
  [
    '200 in no known encoding',
    answered(200, '', { fault: 'undecodable' }),
    {},
    'ambiguous bad_answer answered',
  ],
  ['200, body timed out', answered(200, '{', { fault: 'timed_out' }), {}, 'ambiguous timeout answered'],
  ['200 web page', answered(200, HTML), {}, 'route-broken bad_answer answered'],
  ['200 web page by its type', answered(200, 'Sign in', HTML_TYPE), {}, 'route-broken bad_answer answered'],
  ['200 with an error 4xx', answered(200, { error: { errorCode: 404 } }), {}, 'rejected http_4xx answered'],
  ['202 with an error 5xx', answered(202, { error: { errorCode: 503 } }), {}, 'retry http_5xx answered'],
  ['202 with an error of no code', answered(202, { error: 'broken' }), {}, 'retry http_5xx answered'],
  ['200 with error: null and a job_id', answered(200, { error: null, job_id: 'j' }), {}, 'delivered j'],

  [
    'trigger published',
    answered(200, { message: 'trigger event published to queue' }),
    TRIGGER,
    'delivered -',
  ],
  ['trigger, other JSON', answered(201, { ok: true }), TRIGGER, 'delivered -'],
  ['trigger with a job_id', answered(200, { job_id: 'j' }), TRIGGER, 'delivered j'],
  ['trigger, empty', answered(200, ''), TRIGGER, 'ambiguous bad_answer answered'],
  ['trigger, web page', answered(200, HTML), TRIGGER, 'route-broken bad_answer answered'],

  ...[301, 302, 303, 304, 307, 308].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status),
    {},
    'route-broken redirect answered',
  ]),
  ...[404, 410].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status),
    {},
    'route-broken not_found answered',
  ]),
  ...[405, 407, 421].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status),
    {},
    'route-broken http_4xx answered',
  ]),
  ['429', answered(429), {}, 'retry http_429 answered'],
  ...[408, 425].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status),
    {},
    'retry http_4xx answered',
  ]),
  ...[400, 402, 409, 411, 413, 415, 422, 431, 451].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status),
    {},
    'rejected http_4xx answered',
  ]),
  ...[502, 503].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status, HTML),
    {},
    'target-down http_5xx answered',
  ]),
  ['504', answered(504, HTML), {}, 'ambiguous http_5xx answered'],
  ...[500, 501, 505, 520, 599, 999].map((status): (typeof ROWS)[number] => [
    `${status}`,
    answered(status, HTML),
    {},
    'retry http_5xx answered',
  ]),
];

describe('the outcome of an attempt', () => {
  it.each(ROWS)('%s', (_title, exchange, over, expected) => {
    expect(short(decide(exchange, over))).toBe(expected);
  });

  it.each([429, 408, 500, 502, 503])('carries the wait that %i asks for', (status) => {
    expect(decide(answered(status, {}, { headers: { 'retry-after': '7' } }))).toMatchObject({
      retryAfterMs: 7_000,
    });
    expect(decide(answered(status))).not.toHaveProperty('retryAfterMs');
  });

  it('says which permissions the login has when access is denied', () => {
    expect(decide(answered(403, DENIED))).toMatchObject({
      reason: expect.stringContaining('WORKFLOW_MODIFY'),
    });
    expect(decide(answered(403, DENIED), { permissions: [] })).toMatchObject({
      reason: expect.stringContaining('none'),
    });
  });

  it('keeps the first 2 KiB of the answer and no secret in anything it keeps', () => {
    const message = `bad token ${SECRET}`;
    const refused = decide(answered(400, { message, filler: 'ä'.repeat(5_000) }));
    const delivered = decide(answered(200, { message, job_id: 'j' }));
    for (const outcome of [refused, delivered]) expect(JSON.stringify(outcome)).not.toContain(SECRET);
    expect(refused).toMatchObject({ reason: 'Komand answered 400: bad token [redacted]' });
    expect(Buffer.byteLength(refused.answer?.excerpt ?? '')).toBeLessThanOrEqual(2_048);
  });

  it('keeps the first line only of what Komand says, in one line', () => {
    expect(decide(answered(422, { message: `a\r\n\tb ${'c'.repeat(900)}` }))).toMatchObject({
      reason: `Komand answered 422: a b ${'c'.repeat(196)}`,
    });
  });

  it('is not misled by an inherited name', () => {
    expect(short(decide(answered(200, '{"__proto__":{"job_id":"forged"}}')))).toBe(
      'ambiguous bad_answer answered',
    );
  });
});
