import { Queue, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliveryId } from '../../../src/model/ids.js';
import { readBalance, readBooks } from '../../../src/queue/books.js';
import { keysOf } from '../../../src/queue/keys.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

describe('taking events in', () => {
  let redis: TestRedis;
  let store: TestStore;
  const { base, books } = keysOf(PREFIX, 'alerts');
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    store = await openTestStore({ url: redis.url });
    await store.client.flushall();
  });
  afterEach(() => store.close());

  it.each<[string, (queue: Queue) => Promise<unknown>]>([
    ['an ordinary queue', async () => undefined],
    ['a paused one', (queue) => queue.pause()],
    ['one that has all it may work on', (queue) => queue.setGlobalConcurrency(1)],
  ])("lays a queue out as BullMQ's own add does, key by key: %s", async (name, prepare) => {
    const queue: Queue = new Queue('{alerts}', { connection: store.connections.patient, prefix: PREFIX });
    await queue.waitUntilReady();
    await prepare(queue);
    if (name.startsWith('one')) await store.client.lpush(`${base}active`, 'dlv_busy');
    const dump = async (id: string): Promise<unknown> => ({
      data: JSON.parse((await store.client.hget(base + id, 'data')) ?? '') as unknown,
      wait: (await store.client.lrange(`${base}wait`, 0, -1)).map((each) => (each === id ? 'ID' : each)),
      marker: await store.client.zrange(`${base}marker`, '0', '-1', 'WITHSCORES'),
      lists: await Promise.all(
        ['paused', 'delayed', 'prioritized', 'active'].map((l) => store.client.exists(base + l)),
      ),
    });
    const arrival = arrivalOf();
    const [stored] = await store.events.accept([arrival]);
    const id = stored?.deliveries[0] ?? '';
    const ours = await dump(id);
    const data: unknown = JSON.parse((await store.client.hget(base + id, 'data')) ?? '');
    await store.client.del(base + id, `${base}wait`, `${base}marker`);
    await queue.add('delivery', data, { jobId: id });
    expect(ours).toEqual(await dump(id));
    await queue.close();
  });

  it('hands jobs to a worker of BullMQ', async () => {
    const seen: unknown[] = [];
    const worker = new Worker('{alerts}', async (job) => void seen.push([job.id, job.data]), {
      connection: store.connections.patient,
      prefix: PREFIX,
    });
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    const arrival = arrivalOf({ routes: ['a', 'b'] });
    await store.events.accept([arrival]);
    await waitUntil('both', () => seen.length === 2);
    const { id, body, deliveryKey } = arrival.event;
    const data = { deliveryKey, body: JSON.parse(body) as unknown };
    expect(seen).toMatchObject([
      [deliveryId(id, 'a'), data],
      [deliveryId(id, 'b'), data],
    ]);
    await worker.close();
    expect(await readBalance(store.client, PREFIX, 'alerts')).toMatchObject({
      balanced: true,
      states: { delivered: 2 },
    });
  });

  it('makes one event of one delivery key, whoever sends it and however often at once', async () => {
    const other = await openTestStore({ url: redis.url });
    const key = 'header:same';
    const answers = (
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          (i % 2 ? store : other).events.accept([arrivalOf({ deliveryKey: key })]),
        ),
      )
    ).flat();
    await other.close();
    expect(answers.filter(({ status }) => status === 'queued')).toHaveLength(1);
    expect(new Set(answers.map(({ eventId, deliveries }) => `${eventId} ${deliveries.join()}`)).size).toBe(1);
    expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({
      accepted: 1,
      deliveries: 1,
      duplicate: 99,
    });
  });

  it('takes every event where duplicates are switched off, and the same event still once', async () => {
    const given = { deliveryKey: 'header:same', dedupeWindowMs: 0 };
    const first = arrivalOf(given);
    await store.events.accept([first, arrivalOf(given)]);
    const [again] = await store.events.accept([first]);
    expect(again).toMatchObject({ eventId: first.event.id, status: 'queued' });
    expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({
      accepted: 2,
      deliveries: 2,
      duplicate: 0,
    });
  });

  it('lets a delivery key in again when its window is over, and the same event changes nothing even then', async () => {
    const first = arrivalOf({ deliveryKey: 'header:short', dedupeWindowMs: 30 });
    await store.events.accept([first]);
    await waitUntil('the window to end', async () => (await store.client.keys(`${base}k:*`)).length === 0);
    await store.events.accept([first]);
    expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({
      accepted: 1,
      deliveries: 1,
      filtered: 0,
    });
    await waitUntil('the window to end', async () => (await store.client.keys(`${base}k:*`)).length === 0);
    const [next] = await store.events.accept([arrivalOf({ deliveryKey: 'header:short' })]);
    expect(next?.status).toBe('queued');
    expect(await readBalance(store.client, PREFIX, 'alerts')).toMatchObject({
      balanced: true,
      states: { queued: 2 },
    });
  });

  it('counts an event without a route as filtered, and knows it again', async () => {
    const arrival = arrivalOf({ routes: [] });
    expect(await store.events.accept([arrival])).toMatchObject([{ status: 'filtered', deliveries: [] }]);
    const again = arrivalOf({ deliveryKey: arrival.event.deliveryKey });
    expect(await store.events.accept([again])).toMatchObject([
      { status: 'duplicate', eventId: arrival.event.id },
    ]);
    expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({
      accepted: 1,
      filtered: 1,
      deliveries: 0,
    });
  });

  it('tells an event that Redis will never take from a Redis that takes nothing', async () => {
    const poison = arrivalOf();
    await store.client.set(`${base}dlv_${poison.event.id.slice(4)}_main`, 'x');
    await store.client.del(books);
    const [bad, good] = await Promise.all([
      store.client
        .set(keysOf(PREFIX, 'broken').index, 'not a sorted set')
        .then(() => store.events.acceptEach([arrivalOf({ source: 'broken' })])),
      store.events.acceptEach([arrivalOf()]),
    ]);
    expect(bad).toMatchObject([{ ok: false, lasting: true }]);
    expect(good).toMatchObject([{ ok: true }]);
    await store.client.config('SET', 'maxmemory', '1');
    try {
      expect(await store.events.acceptEach([arrivalOf()])).toMatchObject([{ ok: false, lasting: false }]);
    } finally {
      await store.client.config('SET', 'maxmemory', '0');
    }
  });
});
