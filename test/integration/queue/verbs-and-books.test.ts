import { Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../../src/queue/audit.js';
import { readBalance } from '../../../src/queue/books.js';
import { keysOf } from '../../../src/queue/keys.js';
import { sweep } from '../../../src/queue/sweep.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

const CHANGE = { by: 'oncall', reason: 'a test' };
const HOUR = 3_600_000;

describe('what people do to deliveries, and the books after it', () => {
  let redis: TestRedis;
  let store: TestStore;
  let worker: Worker | undefined;
  const { base, index, books } = keysOf(PREFIX, 'alerts');
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    store = await openTestStore({ url: redis.url });
    await store.client.flushall();
  });
  afterEach(async () => {
    await worker?.close();
    worker = undefined;
    await store.close();
  });

  const accept = async (n: number): Promise<string[]> =>
    (await store.events.accept(Array.from({ length: n }, () => arrivalOf()))).flatMap(
      ({ deliveries }) => deliveries,
    );
  /** Works everything off: `fails` says which become dead. */
  const work = async (fails: (id: string) => boolean): Promise<void> => {
    worker = new Worker(
      '{alerts}',
      async (job) => {
        if (fails(job.id ?? '')) throw new Error('no');
        return {};
      },
      { connection: store.connections.patient, prefix: PREFIX },
    );
    worker.on('error', () => undefined);
    await waitUntil('all to end', async () => {
      const { states } = await balance();
      return states.queued + states.active === 0;
    });
    await worker.close();
    worker = undefined;
  };
  const balance = () => readBalance(store.client, PREFIX, 'alerts');
  const look = () =>
    audit({
      client: store.client,
      prefix: PREFIX,
      sources: ['alerts'],
      from: Date.now() - HOUR,
      to: Date.now() + HOUR,
    });

  it('retries what is dead: of many at once one does it, and the job runs again', async () => {
    const [id = ''] = await accept(1);
    await work(() => true);
    await store.client.hset(base + id, 'progress', JSON.stringify({ attempts: [], counted: 7, dropped: 0 }));
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => store.verbs.retry(id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of tries)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict', status: 409 });
    expect(await store.reader.show(id)).toMatchObject({ state: 'queued', progress: { counted: 0 } });
    await work(() => false);
    expect(await store.reader.show(id)).toMatchObject({ state: 'delivered' });
    await expect(store.verbs.retry(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await balance()).toMatchObject({ balanced: true, states: { delivered: 1 } });
  });

  it('discards what waits or is dead, once, and never what is delivered', async () => {
    const [dead = '', done = ''] = await accept(2);
    await work((id) => id === dead);
    const [waits = ''] = await accept(1);
    for (const id of [dead, waits]) {
      const tries = await Promise.allSettled([
        store.verbs.discard(id, CHANGE),
        store.verbs.discard(id, CHANGE),
      ]);
      expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await store.reader.show(id)).toMatchObject({ state: 'discarded' });
    }
    await expect(store.verbs.discard(done, CHANGE)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.verbs.discard('dlv_none', CHANGE)).rejects.toMatchObject({ code: 'not_found' });
    expect(await balance()).toMatchObject({
      balanced: true,
      states: { discarded: 2, delivered: 1 },
      books: { discarded: 2 },
    });
  });

  it('retry and discard of the same dead delivery end in one of the two', async () => {
    for (let i = 0; i < 20; i += 1) {
      const [id = ''] = await accept(1);
      await work(() => true);
      await Promise.allSettled([store.verbs.retry(id), store.verbs.discard(id, CHANGE)]);
      const places = await Promise.all([
        store.client.lpos(`${base}wait`, id),
        store.client.zscore(`${base}failed`, id),
        store.client.zscore(`${base}discarded`, id),
      ]);
      expect(places.filter((place) => place !== null)).toHaveLength(1);
    }
    expect(await balance()).toMatchObject({ balanced: true });
    expect(await look()).toMatchObject({ balanced: true });
  });

  it('replays into a delivery of its own and leaves the first one alone', async () => {
    const [id = ''] = await accept(1);
    await work(() => false);
    const again = await store.verbs.replay(id, { ...CHANGE, body: '{"n":2}' });
    expect(await store.reader.show(again)).toMatchObject({
      state: 'queued',
      delivery: { body: '{"n":2}', replay: { of: id, by: 'oncall', edited: true } },
    });
    expect(await store.reader.show(id)).toMatchObject({ state: 'delivered', delivery: { body: '{"n":1}' } });
    expect(await balance()).toMatchObject({
      balanced: true,
      books: { accepted: 1, replayed: 1, deliveries: 2 },
    });
  });

  it('removes by age and still balances, in all and by hour', async () => {
    const ids = await accept(450);
    await work((id) => ids.indexOf(id) % 3 === 0);
    const [waits = '', thrown = ''] = await accept(2);
    await store.verbs.discard(thrown, CHANGE);
    const retention = { delivered: 1_000, dead: 600_000, rejected: 1_000 };
    const run = (now: number) =>
      sweep({ client: store.client, prefix: PREFIX, queues: store.queues, retention, now });
    await run(Date.now() + 2_000);
    expect(await balance()).toMatchObject({
      balanced: true,
      states: { delivered: 0, dead: 150, discarded: 1, queued: 1 },
    });
    await run(Date.now() + 601_000);
    expect(await balance()).toMatchObject({
      balanced: true,
      states: { delivered: 0, dead: 0, discarded: 0, queued: 1 },
      books: { removed: { delivered: 300, dead: 150, discarded: 1 } },
    });
    expect(await store.client.zrange(index, '0', '-1')).toEqual([waits]);
    expect(await look()).toMatchObject({
      balanced: true,
      findings: [],
      sources: [{ states: { queued: 1 } }],
    });
    await store.client.del(base + waits);
    await run(Date.now() + 602_000);
    expect(await balance()).toMatchObject({ balanced: false, books: { missing: 1 } });
  });

  it('removes the oldest delivered events where Redis is short of memory, and only as many as it must', async () => {
    const used = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(await store.client.info('memory'))?.[1]);
    const empty = await used();
    const ids = await accept(3_000);
    await work(() => false);
    const [waits = ''] = await accept(1);
    const years = 3_650 * 86_400_000;
    const run = (maxMemory?: number) => {
      const retention = { delivered: years, dead: years, rejected: years };
      return sweep({
        client: store.client,
        prefix: PREFIX,
        queues: store.queues,
        retention: maxMemory === undefined ? retention : { ...retention, maxMemory },
        now: Date.now(),
      });
    };
    expect(await run()).toBe(0);
    expect(await run((await used()) * 2)).toBe(0);
    const removed = await run((empty + (await used())) / 2);
    expect(removed).toBeGreaterThanOrEqual(200);
    expect(removed).toBeLessThan(3_000);
    const left = await store.client.zrange(index, '0', '-1');
    expect(left).toHaveLength(ids.length - removed + 1);
    expect(left).toContain(waits);
    expect(await store.client.zcard(`${base}completed`)).toBe(ids.length - removed);
    expect(await balance()).toMatchObject({
      balanced: true,
      states: { delivered: 3_000 - removed, queued: 1 },
      books: { removed: { delivered: removed } },
    });
    // By its own limit: more than four fifths of it are used
    await store.client.config('SET', 'maxmemory', Math.round((await used()) * 1.1));
    try {
      expect(await run()).toBeGreaterThanOrEqual(200);
    } finally {
      await store.client.config('SET', 'maxmemory', 0);
    }
    expect(await look()).toMatchObject({ balanced: true, findings: [] });
  });

  it('names every delivery that does not add up', async () => {
    const [noJob = '', nowhere = '', twice = '', unlisted = ''] = await accept(1_200);
    expect(await look()).toMatchObject({
      balanced: true,
      findings: [],
      sources: [{ states: { queued: 1_200 } }],
    });
    await store.client.del(base + noJob);
    await store.client.lrem(`${base}wait`, 1, nowhere);
    await store.client.zadd(`${base}failed`, 1, twice);
    await store.client.del(base + unlisted);
    await store.client.zrem(index, unlisted);
    const { balanced, findings, sources } = await look();
    expect(balanced).toBe(false);
    expect(sources).toMatchObject([{ difference: 1, irregular: 4, states: { queued: 1_196 } }]);
    expect(new Map(findings.map(({ id, what }) => [id, what]))).toEqual(
      new Map([
        [noJob, 'no_job'],
        [nowhere, 'in_no_list'],
        [twice, 'in_two_lists'],
        [`evt_${unlisted.slice(4, 30)}`, 'claim_without_delivery'],
      ]),
    );
  });

  it('finds nothing amiss while events come in and are worked off', async () => {
    const stop = new AbortController();
    worker = new Worker('{alerts}', async () => ({}), {
      connection: store.connections.patient,
      prefix: PREFIX,
      concurrency: 20,
    });
    worker.on('error', () => undefined);
    const load = (async () => {
      while (!stop.signal.aborted) await accept(50);
    })();
    for (let i = 0; i < 8; i += 1) {
      expect(await look()).toMatchObject({ balanced: true, findings: [] });
      expect(await balance()).toMatchObject({ difference: 0 });
    }
    stop.abort();
    await load;
  });

  it('opens the queue of a source that a new configuration brought', async () => {
    store.queues.add(['late', 'alerts']);
    expect(store.queues.sources).toEqual(['alerts', 'late']);
    expect(books).toBe('test:{alerts}:books');
  });
});
