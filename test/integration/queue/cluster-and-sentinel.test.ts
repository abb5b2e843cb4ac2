import { Worker } from 'bullmq';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/queue/audit.js';
import { readBalance } from '../../../src/queue/books.js';
import { compact } from '../../../src/queue/compact.js';
import { createDurableStore } from '../../../src/queue/durable-store.js';
import { FIRST_PIECE } from '../../../src/queue/job-hash.js';
import { keysOf } from '../../../src/queue/keys.js';
import { openSpool } from '../../../src/queue/spool.js';
import { sweep } from '../../../src/queue/sweep.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX } from '../../support/open-test-store.js';
import { startRedisCluster } from '../../support/start-redis-cluster.js';
import { startRedisSentinel } from '../../support/start-redis-sentinel.js';
import { waitUntil } from '../../support/wait-until.js';
import { NO_SEAL } from '../../support/seals.js';

const CHANGE = { by: 'oncall', reason: 'a test' };

describe('Redis Cluster', () => {
  it('spreads sources over its shards, and everything works on each', async () => {
    const cluster = await startRedisCluster();
    const sources = Array.from({ length: 8 }, (_, i) => `source-${i}`);
    const first = cluster.nodes[0] ?? '';
    const store = await openTestStore(
      { url: `redis://${first}`, mode: 'cluster', nodes: cluster.nodes },
      sources,
    );
    const arrivals = sources.flatMap((source) => Array.from({ length: 5 }, () => arrivalOf({ source })));
    const ids = (await store.events.accept(arrivals)).flatMap(({ deliveries }) => deliveries);
    const again = await store.events.accept(
      arrivals.map(({ event }) => arrivalOf({ ...event, id: arrivalOf().event.id })),
    );
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['duplicate']));
    expect((await store.reader.list({ limit: 100 })).items).toHaveLength(40);
    await store.verbs.discard(ids[0] ?? '', CHANGE);
    const workers = sources.map((source) => {
      const work = async (job: { readonly id?: string | undefined }): Promise<object> => {
        if (job.id === ids[1]) throw new Error('no');
        return {};
      };
      const worker = new Worker(`{${source}}`, work, {
        connection: store.connections.patient,
        prefix: PREFIX,
      });
      worker.on('error', () => undefined);
      return worker;
    });
    const ended = async (): Promise<number> =>
      [...(await store.reader.counts()).values()].reduce(
        (sum, { delivered, dead }) => sum + delivered + dead,
        0,
      );
    await waitUntil('the work', async () => (await ended()) === 39);
    await Promise.all(workers.map((worker) => worker.close()));
    const later = Date.now() + 3_600_000;
    for (const source of sources) await compact({ client: store.client, prefix: PREFIX, source, now: later });
    expect(await store.client.hexists(keysOf(PREFIX, sources[0] ?? '').job(ids[2] ?? ''), FIRST_PIECE)).toBe(
      1,
    );
    await store.verbs.retry(ids[1] ?? '');
    await store.verbs.replay(ids[2] ?? '', CHANGE);
    expect((await store.reader.list({ limit: 100, state: 'queued' })).items).toHaveLength(2);
    const retention = { delivered: 0, dead: 0, rejected: 0 };
    await sweep({
      client: store.client,
      prefix: PREFIX,
      queues: store.queues,
      retention,
      now: Date.now() + 1_000,
    });
    for (const source of sources)
      expect(await readBalance(store.client, PREFIX, source)).toMatchObject({ balanced: true });
    const range = { from: Date.now() - 3_600_000, to: Date.now() + 1 };
    expect(await audit({ client: store.client, prefix: PREFIX, sources, ...range })).toMatchObject({
      balanced: true,
    });
    await store.close();
    await cluster.close();
  });
});

describe('Redis Sentinel', () => {
  it.each([
    ['killed', 'SIGKILL'],
    ['frozen', 'SIGSTOP'],
  ] as const)('loses nothing that was acknowledged when the master is %s', async (_, signal) => {
    const redis = await startRedisSentinel();
    const { nodes, masterName } = redis;
    const store = await openTestStore({ url: redis.master.url, mode: 'sentinel', nodes, masterName });
    const dir = mkdtempSync(join(tmpdir(), 'bridge-sentinel-spool-'));
    const spool = openSpool({ dir, seal: NO_SEAL, maxBytes: 64 << 20, now: Date.now });
    const durable = createDurableStore({
      redis: store.events,
      spool,
      observe: () => undefined,
      drainBatch: 50,
      probeMs: 100,
    });
    const acknowledged: string[] = [];
    let slowest = 0;
    const stop = new AbortController();
    const load = Promise.all(
      Array.from({ length: 5 }, async () => {
        while (!stop.signal.aborted) {
          const asked = performance.now();
          const [answer] = await durable.accept([arrivalOf()]);
          slowest = Math.max(slowest, performance.now() - asked);
          acknowledged.push(...(answer?.deliveries ?? []));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }),
    );
    await waitUntil('some load', () => acknowledged.length > 100);
    redis.master.signal(signal);
    await waitUntil('events in the spool', () => durable.spooling());
    await waitUntil('the new master', () => !durable.spooling() && durable.spoolStats().events === 0, 30_000);
    redis.master.signal('SIGCONT');
    const before = acknowledged.length;
    await waitUntil('more load', () => acknowledged.length > before + 100);
    stop.abort();
    await load;
    await waitUntil('the spool to be empty', () => !durable.spooling() && durable.spoolStats().events === 0);
    const found = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await store.reader.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
      for (const { delivery } of page.items) found.add(delivery.id);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(slowest).toBeLessThan(5_000);
    await durable.close();
    await spool.close();
    await store.close();
    await redis.close();
    rmSync(dir, { recursive: true, force: true });
  });
});
