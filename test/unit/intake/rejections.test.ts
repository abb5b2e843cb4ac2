import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRejections } from '../../../src/intake/rejections.js';
import { isEventId } from '../../../src/model/ids.js';
import { Problem } from '../../../src/model/problem.js';
import { FakeEventStore } from '../../support/fake-event-store.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { NOW, rawRequest } from '../../support/raw-request.js';

const UNAUTHORIZED = new Problem('unauthorized', 401, 'No.');
const CAUSE = { cause: 'wrong_secret', detail: 'no secret of this source made this signature' } as const;
const AWAY = new Problem('store_unavailable', 503, 'Away.');

function setUp() {
  let now = NOW;
  const store = new FakeEventStore();
  const rejections = createRejections({ store, now: () => now });
  const source = handMadeSource();
  const note = (name = 'alarms'): void =>
    rejections.note(handMadeSource({ name }), rawRequest('{"id":"1"}'), UNAUTHORIZED, CAUSE);
  return { store, rejections, source, note, pass: (ms: number) => void (now += ms) };
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

describe('noting an unauthentic request', () => {
  it('keeps why, whence and how much, and neither body nor headers', () => {
    const { store, note } = setUp();
    note();
    expect(store.rejections).toEqual([
      {
        id: expect.stringMatching(/^req_/),
        source: 'alarms',
        at: NOW,
        status: 401,
        code: 'unauthorized',
        ...CAUSE,
        errors: [],
        remoteAddress: '192.0.2.7',
        headers: {},
        bodyBytes: 10,
        bodyHash: sha256('{"id":"1"}'),
      },
    ]);
  });

  it('stops at ten in a second for each source, so that a flood does not fill the store', () => {
    const { store, note, pass } = setUp();
    for (let i = 0; i < 1_000; i += 1) note();
    expect(store.rejections).toHaveLength(10);
    note('other');
    expect(store.rejections).toHaveLength(11);
    pass(1_000);
    note();
    expect(store.rejections).toHaveLength(12);
  });

  it('does not mind a store that is away', async () => {
    const { store, note } = setUp();
    store.away = AWAY;
    note();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.rejections).toEqual([]);
  });
});

describe('quarantining an authentic body', () => {
  const problem = new Problem('schema_mismatch', 422, 'The body does not match.', {
    errors: [
      { pointer: '/id', keyword: 'type', message: 'must be string' },
      { pointer: '/n', keyword: 'type', message: 'must be number' },
    ],
  });

  it('keeps it whole, with the first fault in one sentence', async () => {
    const { store, rejections, source } = setUp();
    const request = rawRequest('{"id":1}');
    const kept = await rejections.quarantine({
      source,
      request,
      problem,
      text: '{"id":1}',
      deliveryKey: 'sha256:1',
      headers: { 'user-agent': 'SIEM/1' },
    });
    expect(isEventId(kept.id)).toBe(true);
    expect(kept.deliveryKey).toBe('sha256:1');
    expect(store.rejections).toMatchObject([
      {
        id: request.id,
        status: 422,
        cause: 'schema_mismatch',
        detail: '/id must be string',
        errors: problem.details.errors,
        headers: { 'user-agent': 'SIEM/1' },
        quarantined: {
          body: '{"id":1}',
          contentType: 'application/json',
          eventId: kept.id,
          deliveryKey: 'sha256:1',
        },
      },
    ]);
  });

  it('names an element of a batch by its place and describes that element', async () => {
    const { store, rejections, source } = setUp();
    const request = rawRequest('[{"id":1},{"id":"2"}]');
    await rejections.quarantine({ source, request, problem, text: '{"id":1}', index: 0, headers: {} });
    expect(store.rejections).toMatchObject([
      { id: `${request.id}-0`, bodyBytes: 8, bodyHash: sha256('{"id":1}') },
    ]);
  });

  it('describes a body that is not UTF-8 by the bytes that came', async () => {
    const { store, rejections, source } = setUp();
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const badUtf8 = new Problem('invalid_utf8', 400, 'Not UTF-8.');
    const request = rawRequest(body);
    await rejections.quarantine({ source, request, problem: badUtf8, text: body.toString(), headers: {} });
    expect(store.rejections).toMatchObject([{ detail: 'Not UTF-8.', bodyBytes: 3, bodyHash: sha256(body) }]);
  });

  it('rejects when it cannot be kept', async () => {
    const { store, rejections, source } = setUp();
    store.away = AWAY;
    const item = { source, request: rawRequest('{}'), problem, text: '{}', headers: {} };
    await expect(rejections.quarantine(item)).rejects.toBe(AWAY);
  });
});
