import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListenerLimits } from '../../src/http/public-listener.js';
import { handMadeSource, sign } from '../support/hand-made-source.js';
import { startTestListener, type TestListener } from '../support/public-listener.js';
import { requestText } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { bare, freshBody, JSON_TYPE } from './requests.js';

/** The full counts take minutes: `ATTACKS_FULL=1`. */
const FULL = process.env['ATTACKS_FULL'] === '1';
const count = (full: number, reduced: number): number => (FULL ? full : reduced);
/** At least this many connections at a time. */
const AT_ONCE = 100;

const OPEN_BODY = bare(
  ['POST /hooks/alarms HTTP/1.1', 'Host: b', JSON_TYPE, 'Content-Length: 100'],
  '{"id":"never',
);

let on: TestListener;
/** Short limits are for what waits for them: an honest request on a busy machine may take longer. */
const SHORT = { headersTimeout: 600, requestTimeout: 900, connectionsCheckingInterval: 50 };

function listenWith(limits: Partial<ListenerLimits>): void {
  beforeAll(async () => {
    on = await startTestListener([handMadeSource()], { limits, settings: { maxConnections: 400 } });
  });
  afterAll(() => on.listener.close());
}

async function good(): Promise<void> {
  const { answers } = await on.post(freshBody());
  expect(answers.map(({ status }) => status)).toEqual([202]);
}

async function settled(): Promise<void> {
  await waitUntil('nothing to be in flight', () => on.listener.inFlight() === 0);
}

/** Runs `each` so often, so many at a time. */
async function flood(total: number, each: (i: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < total; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, total - from) }, (_, i) => each(from + i)));
}

function opened(): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(on.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(undefined));
  });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve()).resume();
  });

describe('slowness', () => {
  listenWith(SHORT);

  it.each([
    ['H-22', 'headers that never end', 'POST /hooks/alarms HTTP/1.1\r\nHost: b\r\nX-A: '],
    ['H-23', 'a body that never ends', OPEN_BODY],
    ['H-24', 'a connection without a byte', ''],
  ])('%s: %s is answered 408 in time, many at once too, and good events pass', async (_id, _title, bytes) => {
    on.seen.length = 0;
    const total = count(500, 60);
    const drip = (socket: Socket): void => {
      if (bytes === '') return;
      socket.write(bytes);
      const timer = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => clearInterval(timer));
      socket.once('end', () => clearInterval(timer));
    };
    const slow = Promise.all(
      Array.from({ length: Math.min(total, 300) }, () =>
        on.raw(drip, { untilClosed: true, timeoutMs: 8_000 }),
      ),
    );
    await good();
    const results = await slow;
    expect(new Set(results.map((result) => result.closed))).toEqual(new Set([true]));
    expect(new Set(results.map(({ answers }) => answers[0]?.status))).toEqual(new Set([408]));
    await settled();
    expect(on.requests().filter(({ status }) => status === 408)).toHaveLength(results.length);
    await good();
  });
});

describe('floods', () => {
  listenWith({});

  it('H-27: requests that break off store nothing and leave nothing behind', async () => {
    on.seen.length = 0;
    const before = on.store.arrivals.length;
    const total = count(10_000, 300);
    await flood(total, async () => {
      const socket = await opened();
      if (socket === undefined) throw new Error('not connected');
      await new Promise((resolve) => socket.write(OPEN_BODY, resolve));
      socket.destroy();
      await closed(socket);
    });
    await settled();
    await waitUntil('each to be told of', () => on.requests().length === total);
    expect(on.requests().every(({ status, source }) => status === 400 && source === 'alarms')).toBe(true);
    expect(on.store.arrivals).toHaveLength(before);
    await good();
  });

  it('H-28: more connections than allowed are turned away, and it recovers by itself', async () => {
    const sockets = await Promise.all(Array.from({ length: count(5_000, 600) }, opened));
    const live = sockets.filter((socket) => socket !== undefined);
    await waitUntil(
      'the excess to be turned away',
      () => live.filter((socket) => socket.closed).length >= 100,
    );
    for (const socket of live) socket.destroy();
    await waitUntil('it to recover', async () => (await on.post(freshBody())).answers[0]?.status === 202);
    await settled();
  });

  it('H-29: a long stream of requests on one connection is answered one by one', async () => {
    const total = count(20_000, 1_000);
    const body = '{"id":"stream"}';
    const one = requestText('/hooks/alarms', body, [JSON_TYPE, `X-Signature: ${sign(body)}`]);
    let answers = 0;
    const socket = await opened();
    if (socket === undefined) throw new Error('not connected');
    socket.on('data', (chunk) => (answers += chunk.toString('latin1').split('HTTP/1.1 202 ').length - 1));
    const before = on.store.arrivals.length;
    for (let sent = 0; sent < total; sent += AT_ONCE) {
      socket.write(Buffer.concat(Array.from({ length: AT_ONCE }, () => one)));
      await waitUntil('the answers', () => answers >= sent + AT_ONCE - 1);
    }
    socket.destroy();
    expect(on.store.arrivals.length - before).toBe(1);
    await settled();
    await good();
  });

  it('H-30: bad signatures are all refused, few are kept, and good events pass', async () => {
    on.seen.length = 0;
    const kept = on.store.rejections.length;
    const total = count(10_000, 300);
    const started = Date.now();
    const bad = flood(total, async (i) => {
      const body = `{"id":"bad-${i}"}`;
      const { answers } = await on.raw(
        requestText('/hooks/alarms', body, [JSON_TYPE, `X-Signature: ${sign(body, 'wrong')}`]),
      );
      expect(answers[0]?.status).toBe(401);
    });
    for (let i = 0; i < 10; i += 1) await good();
    await bad;
    expect(on.requests().filter(({ status }) => status === 401)).toHaveLength(total);
    const seconds = Math.ceil((Date.now() - started) / 1_000) + 1;
    expect(on.store.rejections.length - kept).toBeLessThanOrEqual(10 * seconds);
  });

  it('P-5: invented sources are one and the same to whoever counts', async () => {
    on.seen.length = 0;
    await flood(count(1_000, 300), async (i) => {
      const { answers } = await on.post('{}', [], `/hooks/source-${i}`);
      expect(answers[0]?.status).toBe(404);
    });
    expect(new Set(on.requests().map(({ source }) => source))).toEqual(new Set(['unknown']));
  });
});
