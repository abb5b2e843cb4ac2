import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tellStatus } from '../../../src/queue/process-status.js';
import { PREFIX } from '../../support/open-test-store.js';
import { OPERATOR, openTestOps, VIEWER, type TestOps } from '../../support/open-test-ops.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

interface Bulk {
  readonly id: string;
  readonly state: string;
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly waiting_for: string | null;
  readonly samples: readonly { readonly id: string }[];
  readonly results: readonly {
    readonly id: string;
    readonly result: string;
    readonly new_id: string | null;
  }[];
}

const FAILED = { errorClass: 'http_5xx', status: 503, reason: 'busy' } as const;

describe('operations on many deliveries', () => {
  let redis: TestRedis;
  let ops: TestOps;
  let telling: { close(): Promise<void> } | undefined;
  beforeAll(async () => {
    redis = await startRedis();
    ops = await openTestOps(redis.url);
  });
  afterAll(async () => {
    await ops.close();
    await redis.close();
  });
  beforeEach(() => ops.store.client.flushall());
  afterEach(async () => {
    await telling?.close();
    telling = undefined;
  });

  const post = (path: string, body: object, token = OPERATOR.token) =>
    request(ops.url).post(path).set('authorization', `Bearer ${token}`).send(body);
  const plan = async (body: object): Promise<Bulk> => {
    const response = await post('/api/v1/bulk', body);
    expect(response.status, JSON.stringify(response.body)).toBe(201);
    return response.body as Bulk;
  };
  const run = (id: string, rate = 1_000) =>
    post(`/api/v1/bulk/${id}/run`, { rate, reason: 'the target is back' });
  const show = async (id: string): Promise<Bulk> =>
    (await request(ops.url).get(`/api/v1/bulk/${id}`).set('authorization', `Bearer ${VIEWER.token}`))
      .body as Bulk;
  const ended = (id: string): Promise<Bulk> =>
    waitUntil('the operation to end', async () => {
      const bulk = await show(id);
      return bulk.state === 'done' && bulk;
    });
  const bodies = (n: number): string[] => Array.from({ length: n }, (_, i) => `{"id":"${i}"}`);
  const stateOf = async (id: string): Promise<string | undefined> => (await ops.store.reader.show(id))?.state;
  const dead = async (n: number, source = 'alerts'): Promise<string[]> => {
    const ids = await ops.accept(source, bodies(n));
    await ops.work(source, () => FAILED);
    return ids;
  };

  it.each([
    ['nothing at all', { action: 'retry' }],
    ['an empty filter', { action: 'retry', filter: {} }],
    ['a filter of empty fields', { action: 'retry', filter: { source: '', text: ' ' } }],
    ['all that is no flag', { action: 'retry', all: 'yes' }],
    ['a filter and all', { action: 'retry', filter: { source: 'alerts' }, all: true }],
    ['an unknown filter', { action: 'retry', filter: { sauce: 'alerts' } }],
    ['an unknown action', { action: 'destroy', filter: { source: 'alerts' } }],
    ['a state that cannot be retried', { action: 'retry', filter: { state: 'delivered' } }],
    ['a page', { action: 'retry', filter: { source: 'alerts', limit: '1' } }],
  ])('refuses a plan with %s', async (_, body) => {
    await dead(2);
    const response = await post('/api/v1/bulk', body);
    expect(response.status).toBe(400);
    expect((response.body as { detail: string }).detail).not.toBe('');
  });

  it('plans nothing for a filter that matches nothing, and runs it to its end', async () => {
    const [id = ''] = await dead(1);
    const bulk = await plan({ action: 'discard', filter: { text: 'nowhere' } });
    expect(bulk).toMatchObject({ count: 0, samples: [], state: 'planned' });
    await run(bulk.id).expect(202);
    expect(await ended(bulk.id)).toMatchObject({ succeeded: 0, failed: 0, skipped: 0 });
    expect(await stateOf(id)).toBe('dead');
  });

  it('touches exactly what was counted: not what matches since, not what was retried by hand', async () => {
    const ids = await dead(8);
    const others = await dead(3, 'other');
    const [delivered = ''] = await ops.accept('alerts', ['{"id":"fine"}']);
    await ops.work('alerts', () => undefined);
    const bulk = await plan({ action: 'retry', filter: { source: 'alerts', error_class: 'http_5xx' } });
    expect(bulk.count).toBe(8);
    expect(bulk.samples).toHaveLength(5);
    // Planned is not run
    expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'dead'));
    const late = await dead(2);
    await ops.store.verbs.discard(ids[0] ?? '', { by: 'somebody', reason: 'by hand' });
    await run(bulk.id).expect(202);
    const done = await ended(bulk.id);
    expect(done).toMatchObject({ succeeded: 7, failed: 0, skipped: 1 });
    expect(done.results.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(done.results.find(({ id }) => id === ids[0])?.result).toBe('skipped');
    expect(await Promise.all(ids.slice(1).map(stateOf))).toEqual(ids.slice(1).map(() => 'queued'));
    expect(await Promise.all([...late, ...others].map(stateOf))).toEqual(Array(5).fill('dead'));
    expect(await stateOf(delivered)).toBe('delivered');
    await run(bulk.id).expect(409);
  });

  it('writes down who ran it and shows it with every delivery', async () => {
    const [id = ''] = await dead(1);
    const bulk = await plan({ action: 'discard', all: true });
    await run(bulk.id).expect(202);
    await ended(bulk.id);
    const shown = await request(ops.url)
      .get(`/api/v1/deliveries/${id}`)
      .set('authorization', `Bearer ${VIEWER.token}`);
    expect(shown.body).toMatchObject({
      state: 'discarded',
      audit: [{ action: 'bulk.run', by: 'oncall', reason: 'the target is back', ids: [bulk.id] }],
    });
  });

  it('replays each once, as a new delivery, and those delivered only when asked in so many words', async () => {
    const ids = await dead(3);
    await ops.accept('alerts', ['{"id":"fine"}']);
    await ops.work('alerts', () => undefined);
    const bulk = await plan({ action: 'replay', filter: { source: 'alerts' } });
    expect(bulk.count).toBe(3);
    expect((await plan({ action: 'replay', filter: { state: 'delivered' } })).count).toBe(1);
    expect((await plan({ action: 'replay', filter: { outcome: 'pending' } })).count).toBe(1);
    await run(bulk.id).expect(202);
    const { results } = await ended(bulk.id);
    const made = results.map(({ new_id }) => new_id ?? '');
    expect(new Set(made).size).toBe(3);
    for (const id of made)
      expect((await ops.store.reader.show(id))?.delivery.replay?.of).toSatisfy((of) =>
        ids.includes(String(of)),
      );
    expect((await ops.store.reader.counts()).get('alerts')).toMatchObject({ queued: 3, dead: 3 });
  });

  it('keeps to its rate and stops when it is cancelled; what is done stays done', async () => {
    const ids = await dead(40);
    const bulk = await plan({ action: 'retry', filter: { state: 'dead' } });
    const began = Date.now();
    await run(bulk.id, 10).expect(202);
    await waitUntil('the first few', async () => (await show(bulk.id)).succeeded >= 3);
    const { succeeded } = await show(bulk.id);
    expect(succeeded).toBeLessThanOrEqual(2 + ((Date.now() - began) / 1_000) * 10);
    await post(`/api/v1/bulk/${bulk.id}/cancel`, { reason: 'wrong one' }).expect(200);
    const last = await show(bulk.id);
    expect(last.state).toBe('cancelled');
    await post(`/api/v1/bulk/${bulk.id}/cancel`, { reason: 'wrong one' }).expect(409);
    const queued = (await Promise.all(ids.map(stateOf))).filter((state) => state === 'queued').length;
    expect(queued).toBeGreaterThanOrEqual(3);
    expect(queued).toBeLessThan(40);
    await waitUntil('the book-keeping', async () => (await show(bulk.id)).succeeded === queued);
  });

  it('waits while a worker says that the target is away, and goes on by itself', async () => {
    const ids = await dead(2);
    let state = 'open';
    telling = tellStatus({
      client: ops.store.client,
      prefix: PREFIX,
      instance: 'a-worker',
      facts: () => ({
        targets: { soar: { circuit: { state, reason: 'connection refused' }, login: { kind: 'none' } } },
        pauses: [],
      }),
    });
    const targets = await waitUntil('the circuit to be known', async () => {
      const response = await request(ops.url)
        .get('/api/v1/targets')
        .set('authorization', `Bearer ${VIEWER.token}`);
      const { items } = response.body as { items: { circuit: { state: string } }[] };
      return items[0]?.circuit.state === 'open' && items;
    });
    expect(targets).toMatchObject([
      { name: 'soar', circuit: { state: 'open', reason: 'connection refused' } },
    ]);
    const bulk = await plan({ action: 'retry', filter: { state: 'dead' } });
    await run(bulk.id).expect(202);
    await waitUntil('it to wait', async () => (await show(bulk.id)).waiting_for !== null);
    expect(await show(bulk.id)).toMatchObject({
      state: 'running',
      succeeded: 0,
      waiting_for: 'soar is away: connection refused',
    });
    expect(await Promise.all(ids.map(stateOf))).toEqual(['dead', 'dead']);
    state = 'closed';
    expect(await ended(bulk.id)).toMatchObject({ succeeded: 2, waiting_for: null });
  });

  it('goes on where it was after a restart, and replays none twice', async () => {
    await dead(20);
    const bulk = await plan({ action: 'replay', filter: { state: 'dead' } });
    await run(bulk.id, 20).expect(202);
    await waitUntil('the first few', async () => (await show(bulk.id)).succeeded >= 2);
    await ops.close();
    ops = await openTestOps(redis.url);
    expect(await ended(bulk.id)).toMatchObject({ succeeded: 20, skipped: 0, failed: 0 });
    expect((await ops.store.reader.counts()).get('alerts')).toMatchObject({ queued: 20, dead: 20 });
  });

  it('is for operators; looking is for everybody', async () => {
    await dead(1);
    await post('/api/v1/bulk', { action: 'retry', all: true }, VIEWER.token).expect(403);
    const bulk = await plan({ action: 'retry', all: true });
    await post(`/api/v1/bulk/${bulk.id}/run`, { reason: 'x' }, VIEWER.token).expect(403);
    await post(`/api/v1/bulk/${bulk.id}/run`, {}).expect(400);
    await post(`/api/v1/bulk/${bulk.id}/run`, { reason: 'x', rate: 0 }).expect(400);
    expect(await show(bulk.id)).toMatchObject({ state: 'planned', count: 1 });
    await post('/api/v1/bulk/blk_none/run', { reason: 'x' }).expect(404);
  });
});
