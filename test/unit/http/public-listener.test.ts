import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../../src/model/problem.js';
import { handMadeRoute, handMadeSource, SECRET, sign } from '../../support/hand-made-source.js';
import { startTestListener, type TestListener } from '../../support/public-listener.js';
import { requestText, type RawAnswer, type RawResult } from '../../support/raw-http.js';
import { waitUntil } from '../../support/wait-until.js';

const JSON_TYPE = 'Content-Type: application/json';
const GOOD = '{"id":"1"}';

let on: TestListener;

beforeAll(async () => {
  on = await startTestListener([
    handMadeSource(),
    handMadeSource({ name: 'inside', addressAllowed: (address) => address === '10.0.0.1' }),
    handMadeSource({ name: 'two-hundred', acceptedStatus: 200 }),
    handMadeSource({
      name: 'none-of-it',
      routes: [handMadeRoute({ when: () => Promise.resolve(false) })],
    }),
    handMadeSource({ name: 'lenient', onInvalid: 'accept' }),
    handMadeSource({ name: 'slow', rateLimit: 1 }),
    handMadeSource({ name: 'full', maxPending: 0 }),
    handMadeSource({
      name: 'shaking',
      preflight: (request) =>
        request.method === 'GET'
          ? { kind: 'handshake', status: 200, headers: { 'content-type': 'text/x' }, body: { a: 1 } }
          : undefined,
      handshake: (_request, body) =>
        JSON.stringify(body) === '{"ping":1}'
          ? { kind: 'ignored', status: 202, headers: {}, body: undefined }
          : undefined,
    }),
    handMadeSource({
      name: 'broken',
      validate: () => {
        throw new TypeError('a fault of ours');
      },
    }),
  ]);
});
afterAll(() => on.listener.close());
beforeEach(() => {
  on.store.away = undefined;
  on.state.draining = false;
  on.seen.length = 0;
});

function only(result: RawResult): RawAnswer & { readonly json: Record<string, unknown> } {
  expect(result.answers).toHaveLength(1);
  const [answer] = result.answers;
  if (answer === undefined) throw new Error(`no answer in: ${result.text}`);
  const json = (answer.body === '' ? {} : JSON.parse(answer.body)) as Record<string, unknown>;
  return { ...answer, json };
}

/** What every error answer looks like, whatever it says. */
function expectProblem(result: RawResult, status: number, code: string): RawAnswer {
  const answer = only(result);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({
    type: 'about:blank',
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
    request_id: expect.stringMatching(/^req_[0-9A-Z]{26}$/),
  });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(
    answer.headers['x-powered-by'] ?? answer.headers['server'] ?? answer.headers['etag'],
  ).toBeUndefined();
  return answer;
}

async function told(): Promise<TestListener['seen']> {
  await waitUntil('the request to be told of', () => on.requests().length > 0);
  return on.requests();
}

describe('202', () => {
  it('is the answer to a stored event, and to its retry', async () => {
    const first = only(await on.post('{"id":"first"}'));
    const event = on.store.arrivals.at(-1)?.event;
    expect(first.status).toBe(202);
    expect(first.headers['content-type']).toBe('application/json');
    expect(first.json).toEqual({
      event_id: event?.id,
      status: 'queued',
      deliveries: [`dlv_${event?.id.slice(4)}_all`],
    });
    const stored = on.store.arrivals.length;
    expect(only(await on.post('{"id":"first"}')).json).toEqual({ ...first.json, status: 'duplicate' });
    expect(on.store.arrivals).toHaveLength(stored);
  });

  it('comes with gzip, chunks, and a trace', async () => {
    const body = '{"id":"zip"}';
    const packed = gzipSync(body);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = only(
      await on.raw(
        requestText('/hooks/alarms', packed, [
          JSON_TYPE,
          'Content-Encoding: gzip',
          `X-Signature: ${sign(body)}`,
          `traceparent: ${traceparent}`,
        ]),
      ),
    );
    expect(answer.status).toBe(202);
    expect(on.store.arrivals.at(-1)?.event).toMatchObject({ body, traceparent });
    const chunked = `POST /hooks/alarms HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n${JSON_TYPE}\r\nX-Signature: ${sign('{"id":"ch"}')}\r\n\r\n5\r\n{"id"\r\n6\r\n:"ch"}\r\n0\r\n\r\n`;
    expect(only(await on.raw(chunked)).status).toBe(202);
  });

  it.each([
    ['none-of-it', '{"id":"f"}', 202, 'filtered'],
    ['two-hundred', '{"id":"t"}', 200, 'queued'],
    ['lenient', '{"id":1}', 202, 'quarantined'],
    ['shaking', '{"ping":1}', 202, 'ignored'],
  ])('for %s says what became of %s', async (source, body, status, word) => {
    const answer = only(await on.post(body, [], `/hooks/${source}`));
    expect([answer.status, answer.json['status']]).toEqual([status, word]);
  });

  it('is told with source, ids, size and secret', async () => {
    await on.post('{"id":"told"}', ['User-Agent: SIEM/1']);
    expect(await told()).toMatchObject([
      {
        source: 'alarms',
        method: 'POST',
        status: 202,
        bytes: 13,
        secretIndex: 0,
        remoteAddress: '127.0.0.1',
        headers: { 'user-agent': 'SIEM/1' },
        events: [{ status: 'queued', deliveryKey: 'body:told' }],
      },
    ]);
  });

  it('keeps the connection for the next event', async () => {
    const one = requestText('/hooks/alarms', '{"id":"k1"}', [
      JSON_TYPE,
      `X-Signature: ${sign('{"id":"k1"}')}`,
    ]);
    const two = requestText('/hooks/alarms', '{"id":"k2"}', [
      JSON_TYPE,
      `X-Signature: ${sign('{"id":"k1"}')}`,
    ]);
    const { answers } = await on.raw(Buffer.concat([one, two]), { answers: 2 });
    expect(answers.map(({ status }) => status)).toEqual([202, 401]);
  });
});

describe('400', () => {
  it.each([
    ['', 'empty_body'],
    ['{"id"', 'invalid_json'],
    ['"x"', 'invalid_json'],
    ['['.repeat(65) + ']'.repeat(65), 'too_deep'],
    ['{"id":"1","id":"1"}', 'duplicate_key'],
  ])('is the answer to %j', async (body, code) => {
    expect(expectProblem(await on.post(body), 400, code).headers['connection']).toBe('keep-alive');
  });

  it('is the answer to bytes that are not UTF-8', async () => {
    const result = await on.post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]));
    expect(expectProblem(result, 400, 'invalid_utf8').body).not.toContain('\ufffd');
  });
});

describe('401', () => {
  it('is one and the same for every cause, which only operators see', async () => {
    const send = (headers: string[]): Promise<RawResult> =>
      on.raw(requestText('/hooks/alarms', GOOD, [JSON_TYPE, ...headers]));
    const answers = [
      await send([]),
      await send([`X-Signature: ${sign(GOOD, 'wrong')}`]),
      await send([`X-Signature: ${sign('{"id": "1"}')}`]),
      await send(['X-Signature: nonsense']),
      await send([`X-Signature: ${sign(GOOD)}`, `X-Signature: ${sign(GOOD)}`]),
    ].map((result) => expectProblem(result, 401, 'unauthorized'));
    const bare = answers.map(({ body }) => body.replace(/req_\w+/, ''));
    expect(new Set(bare).size).toBe(1);
    expect(on.requests().map(({ refusal }) => refusal?.cause)).toEqual([
      'missing',
      'wrong_secret',
      'wrong_secret',
      'malformed',
      'malformed',
    ]);
    expect(JSON.stringify(on.seen)).not.toContain(SECRET);
  });
});

describe('403, 404, 405', () => {
  it('are for addresses, sources and methods', async () => {
    expectProblem(await on.post(GOOD, [], '/hooks/inside'), 403, 'address_not_allowed');
    expectProblem(await on.post(GOOD, [], '/hooks/nobody'), 404, 'unknown_source');
    expectProblem(await on.post(GOOD, [], '/'), 404, 'unknown_source');
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const answer = expectProblem(
        await on.raw(requestText('/hooks/alarms', '', [], { method })),
        405,
        'method_not_allowed',
      );
      expect(answer.headers['allow']).toBe('POST');
    }
  });

  it('leave HEAD without a body', async () => {
    const { answers, text } = await on.raw(requestText('/hooks/alarms', '', [], { method: 'HEAD' }), {
      bodiless: true,
    });
    expect(answers[0]?.status).toBe(405);
    expect(text.endsWith('\r\n\r\n')).toBe(true);
  });

  it('leave room for what a sender asks before it sends, with its own headers', async () => {
    const answer = only(await on.raw(requestText('/hooks/shaking', '', [], { method: 'GET' })));
    expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([200, '{"a":1}', 'text/x']);
    const types = (await on.raw(requestText('/hooks/shaking', '', [], { method: 'GET' }))).text;
    expect(types.match(/^content-type:/gim)).toHaveLength(1);
    expectProblem(
      await on.raw(requestText('/hooks/shaking', '', [], { method: 'OPTIONS' })),
      405,
      'method_not_allowed',
    );
  });
});

describe('413', () => {
  it('comes at once and closes, before the body', async () => {
    const head = `POST /hooks/alarms HTTP/1.1\r\nHost: b\r\n${JSON_TYPE}\r\nContent-Length: 300000\r\n\r\n{`;
    const started = performance.now();
    const result = await on.raw((socket) => void socket.write(head), { untilClosed: true });
    expectProblem(result, 413, 'body_too_large');
    expect(result.closed).toBe(true);
    expect(result.answers[0]?.headers['connection']).toBe('close');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('reaches a sender that is still busy writing', async () => {
    for (let i = 0; i < 5; i += 1) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sending = httpRequest(
          {
            port: on.port,
            path: '/hooks/alarms',
            method: 'POST',
            headers: { 'content-type': 'application/json' },
          },
          (response) => {
            response.resume().once('end', () => resolve(response.statusCode));
          },
        );
        sending.once('error', reject);
        sending.end(Buffer.alloc(20_000_000, 0x20));
      });
      expect(status).toBe(413);
    }
  });

  it('spares the body of a sender that asks first', async () => {
    const ask = (length: number): string =>
      `POST /hooks/alarms HTTP/1.1\r\nHost: b\r\n${JSON_TYPE}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\nX-Signature: ${sign('{"id":"x"}')}\r\n\r\n`;
    const refused = await on.raw((socket) => void socket.write(ask(10_000_000)));
    expectProblem(refused, 413, 'body_too_large');
    expect(refused.text).not.toContain('100 Continue');
    const taken = await on.raw((socket) => {
      socket.write(ask(10));
      socket.once('data', () => socket.write('{"id":"x"}'));
    });
    expect(taken.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });
});

describe('415, 417, 422, 431', () => {
  it('are for types, expectations, schemas and headers', async () => {
    expectProblem(await on.raw(requestText('/hooks/alarms', GOOD)), 415, 'unsupported_media_type');
    expectProblem(
      await on.raw(requestText('/hooks/alarms', GOOD, ['Expect: a miracle'])),
      417,
      'bad_request',
    );
    const answer = only(await on.post('{"id":7,"n":"a secret value"}'));
    expect(answer.status).toBe(422);
    expect(answer.json['errors']).toEqual([
      { pointer: '/id', keyword: 'type', message: 'must be string' },
      { pointer: '/n', keyword: 'type', message: 'must be number' },
    ]);
    expect(answer.body).not.toContain('a secret value');
    expect(on.store.quarantined.at(-1)?.quarantined?.body).toBe('{"id":7,"n":"a secret value"}');
    const many = Array.from({ length: 101 }, (_, i) => `X-${i}: 1`);
    expectProblem(await on.post(GOOD, many), 431, 'headers_too_large');
    expectProblem(await on.post(GOOD, [`X-Big: ${'x'.repeat(17_000)}`]), 431, 'headers_too_large');
  });
});

describe('429 and 503', () => {
  const retryAfter = (answer: RawAnswer): number => Number(answer.headers['retry-after']);

  it('say when to come back', async () => {
    await on.post('{"id":"s1"}', [], '/hooks/slow');
    expect(
      retryAfter(expectProblem(await on.post('{"id":"s2"}', [], '/hooks/slow'), 429, 'rate_limited')),
    ).toBe(1);
    expect(retryAfter(expectProblem(await on.post(GOOD, [], '/hooks/full'), 503, 'overloaded'))).toBe(30);
    on.store.away = new Problem('store_unavailable', 503, 'Away.', { retryAfterSeconds: 10 });
    expect(retryAfter(expectProblem(await on.post('{"id":"a"}'), 503, 'store_unavailable'))).toBe(10);
  });

  it('and not 500 is the answer to a fault of ours, which is told', async () => {
    const result = await on.post(GOOD, [], '/hooks/broken');
    const answer = expectProblem(result, 503, 'store_unavailable');
    expect(retryAfter(answer)).toBe(10);
    expect(answer.body).not.toContain('a fault of ours');
    expect(await told()).toMatchObject([{ source: 'broken', status: 503, code: 'store_unavailable' }]);
    const [notice] = on.seen.filter((each) => each.kind === 'notice');
    expect(notice).toMatchObject({ level: 'error', event: 'request.failed' });
    expect(String(notice?.data?.['cause'])).toContain('a fault of ours');
    expect(on.requests()[0]?.requestId).toBe(notice?.data?.['request_id']);
  });

  it('while draining, close the connection; a health check goes on', async () => {
    on.state.draining = true;
    const result = await on.post(GOOD);
    expect(retryAfter(expectProblem(result, 503, 'draining'))).toBe(2);
    expect(result.answers[0]?.headers['connection']).toBe('close');
    expect(only(await on.raw(requestText('/healthz', '', [], { method: 'GET' }))).json).toEqual({
      status: 'ok',
    });
  });
});

describe('the connection', () => {
  it('is refused in the same form when what comes is no HTTP', async () => {
    const result = await on.raw('HELLO\r\n\r\n', { untilClosed: true });
    expectProblem(result, 400, 'bad_request');
    expect(result.closed).toBe(true);
    expect(await told()).toMatchObject([{ source: 'unknown', status: 400, code: 'bad_request' }]);
  });

  it('does not take a refusal for the answer to the event before it', async () => {
    let open = (): void => undefined;
    on.store.gate = new Promise((resolve) => (open = resolve));
    const first = requestText('/hooks/alarms', '{"id":"p"}', [
      JSON_TYPE,
      `X-Signature: ${sign('{"id":"p"}')}`,
    ]);
    const result = await on.raw(Buffer.concat([first, Buffer.from('NONSENSE\r\n\r\n')]), {
      untilClosed: true,
    });
    open();
    on.store.gate = undefined;
    expect(result).toMatchObject({ answers: [], closed: true });
    await waitUntil('both to be told of', () => on.requests().length === 2);
    expect(on.requests().map(({ status }) => status)).toEqual([400, 202]);
    expect(only(await on.post('{"id":"p"}')).json['status']).toBe('duplicate');
  });

  it('that breaks off in a body is told of once, with its source', async () => {
    await on.raw(
      (socket) => {
        socket.write(
          `POST /hooks/alarms HTTP/1.1\r\nHost: b\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{`,
        );
        void waitUntil('it to be read', () => on.listener.inFlight() === 1).then(() => socket.destroy());
      },
      { untilClosed: true },
    );
    expect(await told()).toMatchObject([{ source: 'alarms', status: 400, code: 'bad_request' }]);
    await waitUntil('nothing to be in flight', () => on.listener.inFlight() === 0);
    expect(on.requests()).toHaveLength(1);
  });
});

describe('closing', () => {
  it('lets an answer under way finish', async () => {
    const own = await startTestListener([handMadeSource()]);
    let open = (): void => undefined;
    own.store.gate = new Promise((resolve) => (open = resolve));
    const answer = own.post(GOOD);
    await waitUntil('the event to be in flight', () => own.listener.inFlight() === 1);
    own.state.draining = true;
    const closed = own.listener.close();
    open();
    expect(only(await answer).status).toBe(202);
    await closed;
    await expect(fetch(own.listener.url)).rejects.toThrow('fetch failed');
  });
});
