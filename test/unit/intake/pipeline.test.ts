import { describe, expect, it } from 'vitest';
import { createIntake, type Intake } from '../../../src/intake/create-intake.js';
import type { IntakeAnswer } from '../../../src/intake/intake-answer.js';
import type { Json } from '../../../src/model/json.js';
import { elementTexts } from '../../../src/model/json-elements.js';
import type { Observation } from '../../../src/model/observation.js';
import { Problem } from '../../../src/model/problem.js';
import type { RawRequest } from '../../../src/model/request.js';
import type { Source } from '../../../src/model/source.js';
import { FakeEventStore } from '../../support/fake-event-store.js';
import {
  handMadeRoute,
  handMadeSource,
  hmacAuthenticator,
  SECRET,
  sign,
} from '../../support/hand-made-source.js';
import { NOW, rawRequest } from '../../support/raw-request.js';

const AWAY = new Problem('store_unavailable', 503, 'Away.', { retryAfterSeconds: 10 });
const GOOD = '{"id":"1"}';

function setUp(over: Partial<Source> = {}) {
  const store = new FakeEventStore();
  const seen: Observation[] = [];
  const source = handMadeSource(over);
  const intake: Intake = createIntake({
    sources: () => new Map([[source.name, source]]),
    store,
    rejected: store,
    observe: (each) => seen.push(each),
    now: () => NOW,
    deadlineMs: 1_000,
  });
  const send = (body: string | Buffer, request: Partial<RawRequest> = {}): Promise<IntakeAnswer> =>
    intake.receive(source, rawRequest(body, request));
  return { store, seen, source, intake, send };
}

/** Cuts the array at the top into its elements; what is no array stays whole, for the schema to refuse. */
const split: Source['split'] = (body) =>
  (elementTexts(body.text, []) ?? [body.text]).map((text) => {
    const value = JSON.parse(text) as Json;
    return { text, value, exact: value };
  });

describe('a good event', () => {
  it('is stored as it came and answered with its ids', async () => {
    const { store, send } = setUp({ keepHeaders: ['x-kind'] });
    const text = '{ "id": "1", "n": 1.50 }';
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const request = rawRequest(text, { headers: { 'x-kind': 'alert', traceparent } });
    const answer = await send(text, request);
    const [arrival] = store.arrivals;
    expect(arrival).toEqual({
      routes: ['all'],
      event: {
        id: expect.stringMatching(/^evt_/),
        source: 'alarms',
        deliveryKey: 'body:1',
        dedupeWindowMs: 86_400_000,
        receivedAt: NOW,
        body: text,
        contentType: 'application/json',
        headers: { 'content-type': 'application/json', 'x-kind': 'alert' },
        requestId: request.id,
        traceparent,
      },
    });
    const id = arrival?.event.id ?? '';
    // Called after its request
    expect(id.slice('evt_'.length)).toBe(request.id.slice('req_'.length));
    expect(answer).toEqual({
      status: 202,
      body: { event_id: id, status: 'queued', deliveries: [`dlv_${id.slice(4)}_all`] },
      events: [
        {
          id,
          index: 0,
          status: 'queued',
          deliveryKey: 'body:1',
          deliveries: [`dlv_${id.slice(4)}_all`],
        },
      ],
      secretIndex: 0,
    });
  });

  it('that comes again is the same event', async () => {
    const { store, send } = setUp();
    const first = await send(GOOD);
    const second = await send(GOOD);
    expect(second.body).toEqual({ ...Object(first.body), status: 'duplicate' });
    expect(store.arrivals).toHaveLength(1);
  });

  it('that takes no route is filtered', async () => {
    const { send } = setUp({ routes: [handMadeRoute({ when: () => Promise.resolve(false) })] });
    expect((await send(GOOD)).body).toMatchObject({ status: 'filtered', deliveries: [] });
  });

  it('is answered with the status its sender insists on', async () => {
    const { send } = setUp({ acceptedStatus: 200 });
    expect((await send(GOOD)).status).toBe(200);
  });

  it('says which secret matched', async () => {
    const { send } = setUp({ authenticate: hmacAuthenticator(['new', SECRET]) });
    expect((await send(GOOD)).secretIndex).toBe(1);
  });
});

describe('the order of the checks', () => {
  it('is address, sender, limits, body, handshake, schema', async () => {
    const { source, intake, store } = setUp();
    const asked: string[] = [];
    const note =
      <A extends readonly unknown[], R>(name: string, check: (...args: A) => R) =>
      (...args: A): R => {
        asked.push(name);
        return check(...args);
      };
    const traced: Source = {
      ...source,
      addressAllowed: note('address', source.addressAllowed),
      authenticate: note('sender', source.authenticate),
      extract: note('body', source.extract),
      handshake: note('handshake', () => undefined),
      split: note('split', (body) => [body]),
      validate: note('schema', source.validate),
      deliveryKey: note('key', source.deliveryKey),
      routes: [handMadeRoute({ when: note('condition', () => Promise.resolve(true)) })],
    };
    await intake.receive(traced, rawRequest(GOOD));
    expect(asked).toEqual(['address', 'sender', 'body', 'handshake', 'split', 'schema', 'key', 'condition']);
    expect(store.arrivals).toHaveLength(1);
  });

  it('does not look at a body before its sender is known', async () => {
    const touched = (): never => {
      throw new Error('looked at');
    };
    const { send } = setUp({ extract: touched, handshake: touched, validate: touched, deliveryKey: touched });
    expect((await send('{"id"', { headers: { 'x-signature': sign('x') } })).status).toBe(401);
  });
});

describe('a sender that is not let in', () => {
  it('gets one answer for every cause; the cause is for operators', async () => {
    const { store, send } = setUp();
    const causes = [
      await send(GOOD, { headers: { 'x-signature': sign(GOOD, 'wrong') } }),
      await send(GOOD, { headers: { 'x-signature': 'zz' } }),
      await send(GOOD, { headers: { 'x-signature': sign('{ "id":"1"}') } }),
      await send(GOOD, { repeatedHeaders: new Set(['x-signature']) }),
    ];
    expect(new Set(causes.map(({ problem }) => problem?.message))).toHaveProperty('size', 1);
    expect(causes.map(({ status, events, refusal }) => [status, events, refusal?.cause])).toEqual([
      [401, [], 'wrong_secret'],
      [401, [], 'malformed'],
      [401, [], 'wrong_secret'],
      [401, [], 'malformed'],
    ]);
    expect(store.arrivals).toEqual([]);
    expect(store.quarantined).toEqual([]);
    expect(store.rejections).toHaveLength(4);
  });

  it('from an address that is not allowed is not even authenticated', async () => {
    const { store, send } = setUp({
      addressAllowed: (address) => address === '10.0.0.1',
      authenticate: () => {
        throw new Error('asked');
      },
    });
    expect(await send(GOOD)).toMatchObject({
      status: 403,
      refusal: { cause: 'address_not_allowed', detail: '192.0.2.7 is not in allow_ips' },
    });
    expect(store.rejections).toHaveLength(1);
  });

  it('does not use up the rate of those who are', async () => {
    const { send } = setUp({ rateLimit: 1 });
    for (let i = 0; i < 20; i += 1)
      expect((await send(GOOD, { headers: { 'x-signature': sign('x') } })).status).toBe(401);
    expect((await send(GOOD)).status).toBe(202);
    expect(await send(GOOD)).toMatchObject({ status: 429, problem: { code: 'rate_limited' }, events: [] });
  });
});

describe('an authentic body that is not good', () => {
  it.each([
    ['{"id"', 'invalid_json'],
    ['"x"', 'invalid_json'],
    ['{"id":"1","id":"2"}', 'duplicate_key'],
    ['['.repeat(65), 'too_deep'],
  ])('as %j is refused and kept', async (body, code) => {
    const { store, send } = setUp();
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 400, problem: { code }, events: [{ status: 'quarantined' }] });
    expect(store.quarantined).toMatchObject([{ code, quarantined: { body } }]);
    expect(store.quarantined[0]?.quarantined?.eventId).toBe(answer.events[0]?.id);
    expect(store.arrivals).toEqual([]);
  });

  it('and empty is refused and not kept', async () => {
    const { store, send } = setUp();
    expect(await send('')).toMatchObject({ status: 400, problem: { code: 'empty_body' }, events: [] });
    expect(store.rejections).toEqual([]);
  });

  it('by the schema is refused with the faults, and kept', async () => {
    const { store, send } = setUp();
    const answer = await send('{"id":1,"n":"x"}');
    expect(answer.status).toBe(422);
    expect(answer.problem?.details.errors).toEqual([
      { pointer: '/id', keyword: 'type', message: 'must be string' },
      { pointer: '/n', keyword: 'type', message: 'must be number' },
    ]);
    expect(answer.events).toMatchObject([{ status: 'quarantined' }]);
    expect(store.quarantined).toHaveLength(1);
  });

  it('is accepted into quarantine where the source says so', async () => {
    const { store, send } = setUp({ onInvalid: 'accept' });
    const answer = await send('{"id":1}');
    expect(answer).toMatchObject({ status: 202, body: { status: 'quarantined', deliveries: [] } });
    expect(store.quarantined[0]?.quarantined?.eventId).toBe(answer.events[0]?.id);
  });

  it('that a source cannot make sense of is refused and kept too', async () => {
    const senseless = (): never => {
      throw new Problem('bad_request', 400, 'The form has no field payload.');
    };
    for (const over of [{ extract: senseless }, { handshake: senseless }, { split: senseless }]) {
      const { store, send } = setUp(over);
      expect(await send(GOOD)).toMatchObject({ status: 400, events: [{ status: 'quarantined' }] });
      expect(store.quarantined).toMatchObject([{ code: 'bad_request', quarantined: { body: GOOD } }]);
    }
  });

  it('is answered 503 when it cannot be kept', async () => {
    const { store, send } = setUp();
    store.away = AWAY;
    for (const body of ['{"id"', '{"id":1}'])
      expect(await send(body)).toMatchObject({ status: 503, problem: AWAY, events: [] });
  });
});

describe('a batch', () => {
  it('is answered in its order, each element on its own', async () => {
    const { store, send } = setUp({ split });
    const answer = await send('[{"id":"1"},{"id":2},{"id":"3"},{"id":"1"}]');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      events: [
        { status: 'queued' },
        { status: 'quarantined', deliveries: [] },
        { status: 'queued' },
        { status: 'duplicate' },
      ],
    });
    expect(store.arrivals.map(({ event }) => event.body)).toEqual(['{"id":"1"}', '{"id":"3"}']);
    expect(new Set(answer.events.map(({ id }) => id)).size).toBeGreaterThan(2);
    expect(store.quarantined).toMatchObject([{ id: expect.stringMatching(/-1$/) }]);
  });

  it('of many elements lets others in between and keeps its order', async () => {
    const { store, send } = setUp({ split });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const answer = await send(`[${Array.from({ length: 5_000 }, (_, i) => `{"id":"${i}"}`).join(',')}]`);
    clearImmediate(immediate);
    expect(answer.events).toHaveLength(5_000);
    expect(answer.events.map(({ id }) => id)).toEqual(store.arrivals.map(({ event }) => event.id));
    expect(store.arrivals[4_321]?.event.body).toBe('{"id":"4321"}');
    expect(turns).toBeGreaterThan(50);
  });

  it('of too many elements is refused whole and kept whole', async () => {
    const { store, send } = setUp({ split });
    const body = `[${'1,'.repeat(5_000)}1]`;
    expect(await send(body)).toMatchObject({
      status: 413,
      problem: { code: 'body_too_large' },
      events: [{ status: 'quarantined' }],
    });
    expect(store.quarantined).toMatchObject([{ quarantined: { body } }]);
  });

  it.each([
    ['[]', split],
    ['{"other":[]}', () => []],
  ])('in which no event is found (%s) is kept for a person to see', async (body, cut) => {
    const { store, send } = setUp({ split: cut });
    const answer = await send(body);
    expect(answer.body).toMatchObject({ events: [{ status: 'quarantined' }] });
    expect(store.quarantined).toMatchObject([{ quarantined: { body } }]);
  });

  it('is answered 503 whole when its good elements cannot be stored', async () => {
    const { store, send } = setUp({ split });
    store.away = AWAY;
    expect(await send('[{"id":"1"},{"id":2}]')).toMatchObject({ status: 503, events: [] });
  });
});

describe('a handshake', () => {
  it('is answered before the schema is looked at, and stores nothing', async () => {
    const { store, send } = setUp({
      handshake: () => ({
        kind: 'handshake',
        status: 200,
        headers: { 'x-a': 'b' },
        body: { challenge: 'c' },
      }),
    });
    expect(await send('{"challenge":"c"}')).toMatchObject({
      status: 200,
      headers: { 'x-a': 'b' },
      body: { challenge: 'c' },
      events: [{ status: 'ignored' }],
    });
    expect(store.arrivals).toEqual([]);
    expect(store.rejections).toEqual([]);
  });

  it('that is a ping is answered as an ignored event', async () => {
    const { send } = setUp({
      handshake: () => ({ kind: 'ignored', status: 202, headers: {}, body: undefined }),
    });
    const answer = await send('{"zen":"x"}');
    expect(answer.body).toEqual({ event_id: answer.events[0]?.id, status: 'ignored', deliveries: [] });
  });

  it('is not offered to strangers', async () => {
    const { send } = setUp({
      handshake: () => ({ kind: 'handshake', status: 200, headers: {}, body: { challenge: 'c' } }),
    });
    expect((await send('{"challenge":"c"}', { headers: { 'x-signature': '' } })).status).toBe(401);
  });
});

describe('a store that cannot take it', () => {
  it('makes the answer 503 with Retry-After', async () => {
    const { store, send } = setUp();
    store.away = AWAY;
    expect(await send(GOOD)).toEqual({ status: 503, problem: AWAY, events: [], secretIndex: 0 });
  });

  it('that answers for fewer events than it was given is not believed', async () => {
    const { intake, source, store } = setUp();
    store.accept = () => Promise.resolve([]);
    await expect(intake.receive(source, rawRequest(GOOD))).rejects.toThrow('0 events of 1');
  });

  it('holds events back while too many wait', async () => {
    const { store, send } = setUp({ maxPending: 5 });
    store.waiting = 5;
    expect(await send(GOOD)).toMatchObject({ status: 503, problem: { code: 'overloaded' } });
    store.waiting = 4;
    expect((await send(GOOD)).status).toBe(202);
  });
});
