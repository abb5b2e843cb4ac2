import {
  QueueKeys,
  createRedisBackend,
  type BackendFactory,
  type MinimalJob,
  type RedisQueueBackend,
} from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBatchedBackend } from '../../../src/queue/batched-backend.js';
import { keysOf } from '../../../src/queue/keys.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';
import { NO_SEAL } from '../../support/seals.js';

const LOCK_MS = 30_000;
/** Those of a worker. */
const options = { prefix: PREFIX, lockDuration: LOCK_MS };
const keys = keysOf(PREFIX, 'alerts');
const { base } = keys;

/** A job as a backend sees it. */
function jobOf(id: string): MinimalJob {
  return { id, opts: { attempts: 1 } } as MinimalJob & { id: string };
}

describe('ending and fetching deliveries', () => {
  let redis: TestRedis;
  let store: TestStore;
  let backend: RedisQueueBackend;
  const stopping = { current: new AbortController() };
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    store = await openTestStore({ url: redis.url });
    await store.client.flushall();
    stopping.current = new AbortController();
    backend = open(ours());
  });
  afterEach(async () => {
    await backend.close();
    await store.close();
  });

  const ours = (): BackendFactory<RedisQueueBackend> =>
    createBatchedBackend({
      seal: NO_SEAL,
      client: store.connections.patient,
      prefix: PREFIX,
      source: 'alerts',
      lockMs: LOCK_MS,
      retentionMs: 60_000,
      now: Date.now,
      signal: stopping.current.signal,
    });
  const open = (factory: BackendFactory<RedisQueueBackend>): RedisQueueBackend => {
    const opened = factory(keys.queueName, {
      ...options,
      connection: store.connections.patient,
      skipVersionCheck: true,
    });
    opened.on('error', () => undefined);
    return opened;
  };
  const accept = async (count: number): Promise<string[]> => {
    const stored = await store.events.accept(Array.from({ length: count }, () => arrivalOf()));
    return stored.flatMap(({ deliveries }) => deliveries);
  };
  const takeOne = async (token: string): Promise<unknown> => (await backend.moveToActive(token))[1];
  const receiptOf = (jobId: string) => ({ jobId, deliveredAt: 5 });
  const end = (id: string, token: string, fetchNext = false, jobId = `job-${id}`) =>
    backend.moveToCompleted(jobOf(id), receiptOf(jobId), false, token, fetchNext);

  it("leaves behind what BullMQ's own script does, key by key", async () => {
    const bull = open(createRedisBackend);
    const dump = async (id: string): Promise<unknown> => {
      const { atm: _, processedOn: __, finishedOn, ...job } = await store.client.hgetall(base + id);
      return {
        // `atm` and `processedOn` are read by nobody here
        job: { ...job, finishedOn: Number(finishedOn) > 0 },
        score: (await store.client.zscore(`${base}completed`, id)) === finishedOn,
        locks: await store.client.keys('*:lock'),
        lists: await Promise.all(
          ['wait', 'active', 'stalled', 'delayed'].map((l) => store.client.exists(base + l)),
        ),
      };
    };
    const dumps: unknown[] = [];
    for (const each of [backend, bull]) {
      const [id = ''] = await accept(1);
      const [job, taken] = await each.moveToActive('token');
      await store.client.sadd(`${base}stalled`, id);
      expect(taken).toBe(id);
      expect(job).toMatchObject({ attemptsStarted: 1, attemptsMade: 0, progress: 0 });
      await each.moveToCompleted(jobOf(id), receiptOf('job'), false, 'token', false);
      const left = JSON.stringify(await dump(id)).replaceAll(id.slice(4, 30), 'ID');
      dumps.push(JSON.parse(left.replaceAll(/"(timestamp|data)":"(?:[^"\\]|\\.)*"/g, '"$1":""')));
    }
    expect(dumps[0]).toEqual(dumps[1]);
    await bull.close();
  });

  it('hands out the next one with the end of the last, in the order of arrival, and each once', async () => {
    const ids = await accept(5);
    const first = await Promise.all(['a', 'b', 'c'].map((token) => takeOne(token)));
    expect(first).toEqual(ids.slice(0, 3));
    const next = await Promise.all(first.map((id, i) => end(String(id), 'abc'.charAt(i), true)));
    expect(next.map(({ result }) => (result ?? [])[1])).toEqual([...ids.slice(3), null]);
    expect(await store.client.zcard(`${base}completed`)).toBe(3);
    expect(await store.client.zcard(keys.follow)).toBe(3);
    expect(await store.client.get(keys.jobId(`job-${ids[0]}`))).toBe(ids[0]);
  });

  it('keeps the receipt of one that another worker has by now, and leaves it to that one', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await store.client.set(`${base}${id}:lock`, 'theirs');
    await expect(end(id, 'mine')).rejects.toMatchObject({ code: -6 });
    expect(JSON.parse((await store.client.hget(base + id, 'returnvalue')) ?? '')).toEqual(
      receiptOf(`job-${id}`),
    );
    expect(await store.client.lrange(`${base}active`, 0, -1)).toEqual([id]);
    // The other one finds it, and says the same: it is followed once
    await store.client.del(keys.follow);
    await end(id, 'theirs', false, 'another-job');
    expect(await store.client.hget(base + id, 'returnvalue')).toContain(`job-${id}`);
    expect(await store.client.exists(keys.follow, keys.jobId('another-job'))).toBe(0);
  });

  it('keeps the receipt of one that has gone back to the others', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await store.client.del(`${base}${id}:lock`);
    await store.client.lmove(`${base}active`, `${base}wait`, 'RIGHT', 'RIGHT');
    await expect(end(id, 'mine')).rejects.toMatchObject({ code: -2 });
    const [again] = await backend.moveToActive('theirs');
    expect(JSON.parse(String(again.returnvalue))).toEqual(receiptOf(`job-${id}`));
    expect(again.attemptsStarted).toBe(2);
  });

  it('hands nothing to whoever is refused: BullMQ fails the delivery under the same token', async () => {
    const [id = '', other = ''] = await accept(2);
    await takeOne('mine');
    await takeOne('theirs');
    // Its lock ran out, and it waits again when its end comes
    await store.client.del(`${base}${id}:lock`);
    await store.client.lrem(`${base}active`, 1, id);
    await store.client.rpush(`${base}wait`, id);
    const [refused, ended] = await Promise.allSettled([end(id, 'mine', true), end(other, 'theirs', true)]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: -2 } });
    expect(ended).toMatchObject({ value: { result: [{ id, attemptsStarted: 2 }, id, 0, 0] } });
    await expect(backend.moveToFailed(jobOf(id), 'refused', false, 'mine', false)).rejects.toMatchObject({
      code: -6,
    });
    expect(await store.client.exists(`${base}failed`)).toBe(0);
  });

  it('ends one whose lock ran out while nobody took it', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await store.client.del(`${base}${id}:lock`);
    await end(id, 'mine');
    expect(await store.client.hget(base + id, 'finishedOn')).not.toBeNull();
    expect(await store.client.exists(`${base}active`)).toBe(0);
  });

  it('changes nothing when the same end comes twice, and refuses one that is gone', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await end(id, 'mine');
    await store.client.del(keys.follow);
    await end(id, 'mine', false, 'another-job');
    expect(await store.client.hget(base + id, 'returnvalue')).toContain(`job-${id}`);
    expect(await store.client.exists(keys.follow)).toBe(0);
    await store.client.del(base + id);
    await expect(end(id, 'mine')).rejects.toMatchObject({ code: -1 });
    expect(await store.client.exists(base + id)).toBe(0);
  });

  it('hands out nothing of a paused source or over its limit, and nothing that is gone', async () => {
    const [gone = '', id = ''] = await accept(2);
    await store.client.hset(`${base}meta`, 'paused', 1);
    expect(await takeOne('a')).toBeNull();
    await store.client.hdel(`${base}meta`, 'paused');
    await store.client.hset(`${base}meta`, 'concurrency', 1);
    await store.client.lpush(`${base}active`, 'busy');
    expect(await takeOne('a')).toBeNull();
    await store.client.del(`${base}active`, base + gone);
    // Under the lock of the one who asked, though what came before it was gone
    expect(await Promise.all([takeOne('a'), takeOne('b')])).toEqual([id, null]);
    expect(await store.client.get(`${base}${id}:lock`)).toBe('a');
    expect(await store.client.exists(base + gone)).toBe(0);
    expect(await store.client.lrange(`${base}active`, 0, -1)).toEqual([id]);
  });

  it('brings back what was delayed once it is due, and tells when the next one is', async () => {
    const [due = '', later = ''] = await accept(2);
    const inAnHour = Date.now() + 3_600_000;
    await store.client.del(`${base}wait`);
    await store.client.zadd(
      `${base}delayed`,
      String((Date.now() - 5) * 4_096),
      due,
      String(inAnHour * 4_096 + 7),
      later,
    );
    const [job, id, limiter, nextAt] = await backend.moveToActive('a');
    expect([job.id, id, limiter, nextAt]).toEqual([due, due, 0, 0]);
    expect((await backend.moveToActive('b')).slice(1)).toEqual([null, 0, inAnHour]);
    expect(await store.client.zrange(`${base}delayed`, '0', '-1')).toEqual([later]);
  });

  it('waits for a Redis that takes no writes: what was delivered is no failure', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await store.client.config('SET', 'min-replicas-to-write', '1');
    let ended = false;
    const ending = end(id, 'mine').then(() => (ended = true));
    await expect(backend.moveToActive('b')).rejects.toThrow(/NOREPLICAS/);
    expect(ended).toBe(false);
    await store.client.config('SET', 'min-replicas-to-write', '0');
    await waitUntil('the end to be taken', () => ended);
    await ending;
    expect(await store.client.hget(base + id, 'finishedOn')).not.toBeNull();
  });

  it('gives up waiting at shutdown and leaves the delivery to its lock', async () => {
    const [id = ''] = await accept(1);
    await takeOne('mine');
    await store.client.config('SET', 'min-replicas-to-write', '1');
    stopping.current.abort();
    await expect(end(id, 'mine')).rejects.toMatchObject({ name: 'DelayedError' });
    await store.client.config('SET', 'min-replicas-to-write', '0');
    expect(await store.client.lrange(`${base}active`, 0, -1)).toEqual([id]);
  });

  it("uses BullMQ's own names of keys", () => {
    const names = new QueueKeys(PREFIX).getKeys(keys.queueName);
    const used = ['wait', 'active', 'delayed', 'meta', 'marker', 'stalled', 'completed'];
    expect(used.map((name) => names[name])).toEqual(used.map((name) => base + name));
  });
});
