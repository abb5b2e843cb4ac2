import { describe, expect, it } from 'vitest';
import type { Attempt, DeliveryView } from '../../../../src/model/delivery.js';
import { deliveryId, newEventId } from '../../../../src/model/ids.js';
import { hasField, parseBodyField } from '../../../../src/ops/admin/body-field.js';
import { curlText } from '../../../../src/ops/admin/curl-text.js';
import { causeOf } from '../../../../src/ops/admin/dead-cause.js';
import { readFilters } from '../../../../src/ops/admin/delivery-filter.js';
import { cell } from '../../../../src/ops/admin/export-rows.js';
import { createFailedLogins } from '../../../../src/ops/admin/failed-logins.js';
import { createLiveTail } from '../../../../src/ops/admin/live-tail.js';
import { findBulkItems, readBulkWish } from '../../../../src/ops/admin/plan-bulk.js';
import type { SearchQuery } from '../../../../src/ops/admin/ports.js';
import { replayVerdictOf } from '../../../../src/ops/admin/replay-verdict.js';

const NOW = Date.UTC(2026, 0, 1);

function attempt(over: Partial<Attempt> = {}): Attempt {
  return { number: 1, startedAt: NOW, durationMs: 5, outcome: 'rejected', reached: 'answered', ...over };
}

function view(
  attempts: readonly Attempt[],
  over: Partial<DeliveryView> & { dropped?: number } = {},
): DeliveryView {
  const { dropped = 0, ...rest } = over;
  const eventId = newEventId(NOW);
  return {
    delivery: {
      id: deliveryId(eventId, 'main'),
      eventId,
      source: 'alerts',
      route: 'main',
      deliveryKey: 'k',
      receivedAt: NOW,
      body: '{}',
      contentType: 'application/json',
      headers: {},
      requestId: 'req_1',
    },
    state: 'dead',
    progress: { attempts, counted: attempts.length, dropped },
    ...rest,
  };
}

describe('a field of a body', () => {
  const body = String.raw`{"a":{"b":"x=y","c.d":1.50,"big":12345678901234567890},"list":[{"n":"one"},2],"no":null,"yes":true}`;
  it.each([
    ['a.b=x=y', true],
    ['a.b=x', false],
    ['a.b="x=y"', false],
    [String.raw`a.c\.d=1.50`, true],
    [String.raw`a.c\.d=1.5`, true],
    ['a.big=12345678901234567890', true],
    ['a.big=12345678901234567891', false],
    ['list.0.n=one', true],
    ['list.1=2', true],
    ['list.2=', false],
    ['no=null', true],
    ['yes=true', true],
    ['a.toString=x', false],
    ['__proto__.x=1', false],
    ['a=', false],
  ])('%s: %s', (text, found) => {
    const field = parseBodyField(text);
    expect(field !== undefined && hasField(body, field)).toBe(found);
  });

  it('is none without a path, and none of a text that is not JSON', () => {
    expect(parseBodyField('novalue')).toBeUndefined();
    expect(parseBodyField('=x')).toBeUndefined();
    expect(hasField('a=1&b=2', { keys: ['a'], value: '1' })).toBe(false);
  });
});

describe('a cell of a spreadsheet', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|calc', '%x'])(
    'does not run %j',
    (text) => {
      expect(cell(text)).toBe(`"'${text}"`);
    },
  );
  it.each([
    ['plain', '"plain"'],
    ['say "no"', '"say ""no"""'],
    ['a,b\nc', '"a,b\nc"'],
    [null, ''],
    [undefined, ''],
    [-5, '"-5"'],
  ])('holds %j', (value, text) => {
    expect(cell(value)).toBe(text);
  });
});

describe('the verdict on a replay', () => {
  it.each([
    ['nothing was tried', [], {}, 'never_sent', true],
    ['nothing was sent', [attempt({ reached: 'not_sent' })], {}, 'never_sent', true],
    ['an attempt is forgotten', [attempt({ reached: 'not_sent' })], { dropped: 3 }, 'never_sent', false],
    [
      'no answer came once',
      [attempt({ reached: 'sent_no_answer' }), attempt()],
      {},
      'sent_without_answer',
      false,
    ],
    ['it was refused', [attempt({ status: 422 })], {}, 'answered', true],
    ['it was refused, and more is forgotten', [attempt({ status: 422 })], { dropped: 1 }, 'answered', false],
    [
      'it was taken',
      [],
      { receipt: { jobId: 'j', deliveredAt: NOW, attempt: attempt({ outcome: 'delivered' }) } },
      'answered',
      false,
    ],
  ] as const)('where %s', (_, attempts, over, verdict, safe) => {
    expect(replayVerdictOf(view(attempts, over))).toMatchObject({ verdict, safe });
  });
});

describe('a cause', () => {
  const died = (reason: string, over: Partial<Attempt> = {}): string =>
    causeOf(view([attempt({ reason, errorClass: 'http_5xx', status: 503, ...over })])).fingerprint;
  it('is the same whatever numbers, ids and quoted values stand in its reason', () => {
    const first = died('job "a" 5822ae2c-d784-11e8-9f8b-f2801f1b9fd1 failed after 31.5 s');
    expect(died('job "b b" 7b345d83-ab70-4b19-b2a0-019718245678 failed after 2 s')).toBe(first);
    expect(died('job "a" was refused')).not.toBe(first);
    expect(
      died('job "a" 5822ae2c-d784-11e8-9f8b-f2801f1b9fd1 failed after 31.5 s', { status: 500 }),
    ).not.toBe(first);
  });
});

it('curl text is one command whatever the body and headers hold', () => {
  const { delivery } = view([]);
  const text = curlText('http://bridge/hooks/alerts', {
    ...delivery,
    body: `{"it's":"$(rm -rf /)\\n"}`,
    headers: { 'x-kind': "a'; echo b" },
  });
  expect(text).toContain(`--data-binary '{"it'\\''s":"$(rm -rf /)\\n"}'`);
  expect(text).toContain(`-H 'x-kind: a'\\''; echo b'`);
});

describe('wrong tokens', () => {
  it('block their address for the rest of the minute, and no other', () => {
    let now = NOW + 10_000;
    const failed = createFailedLogins(() => now);
    for (let i = 0; i < 19; i += 1) failed.failed('192.0.2.1');
    expect(failed.blockedFor('192.0.2.1')).toBeUndefined();
    failed.failed('192.0.2.1');
    expect(failed.blockedFor('192.0.2.1')).toBe(50);
    expect(failed.blockedFor('192.0.2.2')).toBeUndefined();
    now += 50_000;
    expect(failed.blockedFor('192.0.2.1')).toBeUndefined();
  });
});

describe('a plan', () => {
  it('asks for the states that the action is for, and counts each delivery once', async () => {
    const twice = view([]);
    const asked: (string | undefined)[] = [];
    const search = async ({ state, cursor }: SearchQuery) => {
      asked.push(state);
      return state === 'dead' && cursor === undefined
        ? { items: [twice], scanned: 1, complete: false, cursor: 'more' }
        : { items: [twice], scanned: 1, complete: true };
    };
    const items = await findBulkItems(search, readBulkWish({ action: 'discard', all: true }));
    expect(asked).toEqual(['dead', 'dead', 'scheduled', 'queued']);
    expect(items).toEqual([{ source: 'alerts', id: twice.delivery.id }]);
  });

  it('gives up on more than can be looked through', async () => {
    const endless = async () => ({ items: [], scanned: 100_000, complete: false, cursor: 'on' });
    await expect(findBulkItems(endless, readBulkWish({ action: 'retry', all: true }))).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe('the live tail', () => {
  const notice = { kind: 'notice', level: 'info', event: 'a.b', message: 'm' } as const;

  it('tells who reads too slowly how much was missed, and tells whether anybody follows', async () => {
    const following: boolean[] = [];
    const tail = createLiveTail({ followed: (on) => following.push(on) });
    tail.observe(notice);
    const leave = new AbortController();
    const events = tail.follow()(leave.signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toContain('retry: 2000');
    for (let i = 0; i < 600; i += 1) tail.observe(notice);
    const { value } = await events.next();
    expect(value).toContain('event: missed\ndata: {"count":100}');
    expect(String(value).split('event: notice')).toHaveLength(501);
    leave.abort();
    expect((await events.next()).done).toBe(true);
    expect(following).toEqual([true, false]);
    expect(tail.followers).toBe(0);
  });

  it('ends with the process, and takes nobody after that', async () => {
    const tail = createLiveTail();
    const events = tail.follow()(new AbortController().signal)[Symbol.asyncIterator]();
    await events.next();
    const next = events.next();
    tail.close();
    expect((await next).done).toBe(true);
    expect(() => tail.follow()).toThrowError(expect.objectContaining({ code: 'draining' }));
  });

  it('says now and then that the line is open', async () => {
    const tail = createLiveTail({ heartbeatMs: 5 });
    const events = tail.follow()(new AbortController().signal)[Symbol.asyncIterator]();
    await events.next();
    expect((await events.next()).value).toContain(': still here');
    await events.return?.();
  });
});

it.each([
  ['2026-11-24T21:00:00Z', Date.UTC(2026, 10, 24, 21)],
  ['2026-11-24T21:00Z', Date.UTC(2026, 10, 24, 21)],
  ['2026-11-24', Date.UTC(2026, 10, 24)],
  ['2026-11-24T23:00:00+02:00', Date.UTC(2026, 10, 24, 21)],
])('reads the time %s', (text, at) => {
  expect(readFilters({ from: text }).from).toBe(at);
});
