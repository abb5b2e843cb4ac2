import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isDeliveryId } from '../../../src/model/ids.js';
import { audit } from '../../../src/queue/audit.js';
import { PACK } from '../../../src/queue/compact-scripts.js';
import { compact } from '../../../src/queue/compact.js';
import { createDeliveryReader } from '../../../src/queue/delivery-reader.js';
import { FIRST_PIECE } from '../../../src/queue/job-hash.js';
import { keysOf } from '../../../src/queue/keys.js';
import { packJob } from '../../../src/queue/packed-job.js';
import { runScript } from '../../../src/queue/script.js';
import { createSeal, type Seal } from '../../../src/queue/seal.js';
import { sweep } from '../../../src/queue/sweep.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openDeliveringStore, receiptOf, type DeliveringStore } from '../../support/open-delivering-store.js';
import { PREFIX } from '../../support/open-test-store.js';
import { NO_SEAL, sealedBy, testKey } from '../../support/seals.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';

const HOUR = 3_600_000;
const keys = keysOf(PREFIX, 'alerts');
const { base } = keys;
const completed = `${base}completed`;

describe('packing what is delivered', () => {
  let redis: TestRedis;
  let store: DeliveringStore;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  const open = async (seal: Seal): Promise<void> => {
    store = await openDeliveringStore(redis.url, seal);
  };
  beforeEach(() => open(NO_SEAL));
  afterEach(() => store.close());

  /** As long after their end as they are left alone. */
  const later = (): number => Date.now() + HOUR;
  const compactAll = async (): Promise<void> => {
    const { client } = store;
    while ((await compact({ client, prefix: PREFIX, source: 'alerts', now: later() })).more);
  };
  const isPacked = async (id: string): Promise<boolean> =>
    (await store.client.hexists(base + id, FIRST_PIECE)) === 1;
  const packedOf = async (ids: readonly string[]): Promise<number> =>
    (await Promise.all(ids.map(isPacked))).filter(Boolean).length;
  const show = (ids: readonly string[]) => Promise.all(ids.map((id) => store.reader.show(id)));
  const memoryOf = async (ids: readonly string[]): Promise<number> => {
    const bytes = await Promise.all(ids.map((id) => store.client.memory('USAGE', base + id, 'SAMPLES', 0)));
    return bytes.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  };

  it('leaves every view as it was, and takes at least a third less', async () => {
    const ids = await store.deliver(100);
    await store.records.recordOutcome('alerts', idOf(ids[0]), 'failed', 'step 3');
    const before = await show(ids);
    const bytes = await memoryOf(ids);
    await compactAll();
    expect(await packedOf(ids)).toBe(100);
    expect(await show(ids)).toEqual(before);
    expect(before[0]).toMatchObject({ state: 'delivered', jobOutcome: 'failed', failedStep: 'step 3' });
    expect(await memoryOf(ids)).toBeLessThan((bytes * 2) / 3);
    expect((await store.reader.list({ limit: 200, state: 'delivered' })).items).toHaveLength(100);
    expect((await store.reader.findByJobId(`job-${ids[7]}`))?.delivery.id).toBe(ids[7]);
  });

  it('leaves alone what was delivered a moment ago and what is not delivered, and begins again without a cursor', async () => {
    const [first = '', ...ids] = await store.deliver(3);
    await store.events.accept([arrivalOf(), arrivalOf()]);
    const active = String(await store.take());
    const { client } = store;
    await compact({ client, prefix: PREFIX, source: 'alerts', now: Date.now() });
    expect(await packedOf([first, ...ids])).toBe(0);
    await client.zadd(completed, 5, first);
    await compact({ client, prefix: PREFIX, source: 'alerts', now: Date.now() });
    expect([await isPacked(first), await packedOf(ids)]).toEqual([true, 0]);
    await client.set(keys.compacted, 'no cursor at all');
    await compactAll();
    expect(await packedOf([first, ...ids, active])).toBe(3);
    expect(await client.hget(base + active, 'data')).not.toBeNull();
  });

  it('passes over none of those that ended in the same millisecond, nor when the last one is gone or came again', async () => {
    const ids = await store.deliver(150);
    await store.client.zadd(completed, ...ids.flatMap((id) => [1_760_000_000_000, id]));
    const { client } = store;
    const step = () => compact({ client, prefix: PREFIX, source: 'alerts', now: later() });
    expect(await step()).toEqual({ more: true, waiting: 0 });
    const some = await packedOf(ids);
    expect(some).toBeGreaterThan(0);
    const last = String(await client.get(keys.compacted)).split(' ')[1] ?? '';
    await client.zrem(completed, last);
    await client.del(base + last);
    await step();
    expect(await packedOf(ids)).toBeGreaterThan(some);
    const again = String(await client.get(keys.compacted)).split(' ')[1] ?? '';
    await client.zadd(completed, 1_770_000_000_000, again);
    await compactAll();
    expect(await packedOf(ids)).toBe(149);
  });

  it('replays a packed delivery', async () => {
    const [id = ''] = await store.deliver(1);
    await compactAll();
    const again = await store.verbs.replay(id, { by: 'oncall', reason: 'a test' });
    const [before, after] = await show([id, again]);
    expect(after?.delivery).toMatchObject({ body: before?.delivery.body, replay: { of: id } });
    expect(await store.client.hget(base + id, 'ats')).toBeNull();
    await expect(store.verbs.retry(id)).rejects.toMatchObject({ status: 409 });
    await expect(store.verbs.discard(id, { by: 'oncall', reason: 'a test' })).rejects.toMatchObject({
      status: 409,
    });
  });

  it('follows a packed delivery, and shows the outcome that is recorded later', async () => {
    const [id = ''] = await store.deliver(1);
    await compactAll();
    const due = await store.records.followDue('alerts', later(), 10);
    expect(due).toEqual([
      { deliveryId: id, jobId: `job-${id}`, route: 'main', deliveredAt: 1_760_000_000_000, step: 0 },
    ]);
    await store.records.reschedule('alerts', idOf(id), 5, 3);
    expect(await store.records.followDue('alerts', later(), 10)).toMatchObject([{ deliveryId: id, step: 3 }]);
    await store.records.recordOutcome('alerts', idOf(id), 'failed', 'step 3');
    expect(await store.reader.show(id)).toMatchObject({
      jobOutcome: 'failed',
      failedStep: 'step 3',
      receipt: receiptOf(id),
    });
  });

  it('is not changed by an end that comes late, nor handed out again', async () => {
    const [id = ''] = await store.deliver(1);
    await compactAll();
    const [before] = await show([id]);
    await store.client.del(keys.follow, keys.jobId('another'));
    await store.end(id, receiptOf(id, 'another'));
    expect(await show([id])).toEqual([before]);
    expect(await store.client.exists(keys.follow, keys.jobId('another'))).toBe(0);
    await store.client.lpush(`${base}wait`, id);
    expect(await store.take()).toBeNull();
    expect(await store.client.exists(`${base}wait`, `${base}active`, `${base}${id}:lock`)).toBe(0);
    expect(await show([id])).toEqual([before]);
  });

  it('is not taken in again, though its claim is gone', async () => {
    const arrival = arrivalOf();
    const [id = ''] = (await store.events.accept([arrival])).flatMap(({ deliveries }) => deliveries);
    await store.end(String(await store.take()));
    await compactAll();
    const [before] = await show([id]);
    await store.client.del(keys.claim(arrival.event.deliveryKey));
    expect(await store.events.accept([arrival])).toMatchObject([{ deliveries: [id] }]);
    expect(await store.client.llen(`${base}wait`)).toBe(0);
    expect(await show([id])).toEqual([before]);
  });

  it('is done by two at once without harm', async () => {
    const ids = await store.deliver(120);
    const before = await show(ids);
    await Promise.all([compactAll(), compactAll()]);
    expect(await packedOf(ids)).toBe(120);
    expect(await show(ids)).toEqual(before);
  });

  it('loses nothing that changes between reading and writing', async () => {
    const ids = await store.deliver(6);
    const [changed = '', more = '', locked = '', gone = '', moved = '', same = ''] = ids;
    const args = await Promise.all(
      ids.map(async (id) => {
        const fields = await store.client.hgetall(base + id);
        const flat = Object.entries(fields).flat();
        return [id, packJob(fields), flat.length / 2, ...flat];
      }),
    );
    await store.client.hset(base + changed, 'ats', '2');
    await store.client.hset(base + more, 'outcome', 'failed');
    await store.client.set(`${base}${locked}:lock`, 'theirs');
    await store.client.del(base + gone);
    await store.client.zrem(completed, moved);
    const pack = () =>
      runScript(
        store.client,
        PACK,
        [completed, keys.compacted, keys.packing],
        [base, `5 ${same}`, ...args.flat()],
      );
    expect(await pack()).toBe(1);
    expect(await packedOf(ids)).toBe(1);
    expect(await isPacked(same)).toBe(true);
    expect(await store.client.exists(base + gone, keys.packing)).toBe(0);
    expect(await store.client.hget(base + changed, 'ats')).toBe('2');
    expect(await store.reader.show(more)).toMatchObject({ jobOutcome: 'failed' });
    expect(await pack()).toBe(0);
  });

  it('goes on while Redis is out of memory', async () => {
    const ids = await store.deliver(40);
    await store.client.config('SET', 'maxmemory', '1mb');
    try {
      await expect(store.client.set('test:x', 'y')).rejects.toThrow('OOM');
      await compactAll();
    } finally {
      await store.client.config('SET', 'maxmemory', '0');
    }
    expect(await packedOf(ids)).toBe(40);
  });

  it('packs what is encrypted without its key, and shows without a key what can be known', async () => {
    await store.close();
    await open(createSeal(() => sealedBy({ id: 'k1', key: testKey(1) })));
    const ids = await store.deliver(3);
    const before = await show(ids);
    await compactAll();
    expect(await packedOf(ids)).toBe(3);
    expect(await show(ids)).toEqual(before);
    const keyless = createDeliveryReader({
      client: store.client,
      prefix: PREFIX,
      sources: () => ['alerts'],
      seal: NO_SEAL,
    });
    const [id = ''] = ids;
    expect(await keyless.show(id)).toMatchObject({
      state: 'delivered',
      delivery: { id, body: '' },
      unreadable: expect.stringContaining('"k1"') as string,
    });
  });

  it('shows a damaged one as unreadable, and replays nothing of it', async () => {
    const [id = ''] = await store.deliver(1);
    await compactAll();
    await store.client.hset(base + id, '2', 'damaged');
    expect(await store.reader.show(id)).toMatchObject({
      state: 'delivered',
      unreadable: 'it was damaged in the store',
    });
    expect(await store.records.followDue('alerts', later(), 10)).toEqual([]);
    await expect(store.verbs.replay(id, { by: 'oncall', reason: 'a test' })).rejects.toMatchObject({
      status: 409,
    });
  });

  it('is removed by age, and the books balance', async () => {
    await store.deliver(50);
    await compactAll();
    const { client, queues } = store;
    const look = () =>
      audit({
        client,
        prefix: PREFIX,
        sources: ['alerts'],
        from: Date.now() - HOUR,
        to: Date.now() + HOUR,
      });
    expect(await look()).toMatchObject({ balanced: true, sources: [{ states: { delivered: 50 } }] });
    const retention = { delivered: 1_000, dead: HOUR, rejected: 1_000 };
    await sweep({ client, prefix: PREFIX, queues, retention, now: later() });
    expect(await look()).toMatchObject({ balanced: true, sources: [{ states: { delivered: 0 } }] });
    expect(await client.keys(`${base}dlv_*`)).toEqual([]);
    await compactAll();
  });
});

function idOf(text: string | undefined) {
  if (text === undefined || !isDeliveryId(text)) throw new Error(`${text} is no delivery id`);
  return text;
}
