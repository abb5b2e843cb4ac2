import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice, Observation } from '../../../src/model/observation.js';
import { readBooks } from '../../../src/queue/books.js';
import { createDurableStore, type DurableStore } from '../../../src/queue/durable-store.js';
import { keysOf } from '../../../src/queue/keys.js';
import { openSpool, type Spool } from '../../../src/queue/spool.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';
import { NO_SEAL } from '../../support/seals.js';

describe('Redis first, the spool where Redis cannot', () => {
  let redis: TestRedis;
  let store: TestStore;
  let dir: string;
  let spool: Spool;
  let durable: DurableStore;
  let notices: Notice[];
  let warnings: string[];
  const warned = (warning: Error): void => void warnings.push(warning.name);
  const observe = (seen: Observation): void => void (seen.kind === 'notice' && notices.push(seen));
  const open = (): void => {
    spool = openSpool({ dir, seal: NO_SEAL, maxBytes: 64 << 20, now: Date.now });
    durable = createDurableStore({
      redis: store.events,
      spool,
      observe,
      drainBatch: 20,
      probeMs: 100,
      parkedRetryMs: 300,
    });
  };
  const close = async (): Promise<void> => {
    await durable.close();
    await spool.close();
  };
  const ask = (command: string, ...args: string[]): Promise<unknown> =>
    store.connections.patient.call(command, ...args);

  beforeEach(async () => {
    redis = await startRedis();
    store = await openTestStore({ url: redis.url });
    dir = mkdtempSync(join(tmpdir(), 'bridge-durable-'));
    notices = [];
    warnings = [];
    process.on('warning', warned);
    open();
    await waitUntil('the store to be at rest', () => !durable.spooling());
  });
  afterEach(async () => {
    await close();
    await store.close();
    await redis.close();
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    rmSync(dir, { recursive: true, force: true });
  });

  const FAULTS: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['frozen', async () => redis.signal('SIGSTOP'), async () => redis.signal('SIGCONT')],
    [
      'killed',
      async () => {
        redis.signal('SIGKILL');
        await redis.ended();
      },
      () => redis.restart(),
    ],
    ['full', () => ask('CONFIG', 'SET', 'maxmemory', '1'), () => ask('CONFIG', 'SET', 'maxmemory', '0')],
    ['demoted', () => ask('REPLICAOF', '127.0.0.1', '1'), () => ask('REPLICAOF', 'NO', 'ONE')],
    [
      'closed to us',
      () => ask('ACL', 'SETUSER', 'default', '-@write', '-@scripting'),
      () => ask('ACL', 'SETUSER', 'default', '+@all'),
    ],
  ];

  it.each(FAULTS)(
    'answers within 5 s while Redis is %s, and drains in order after, each once',
    async (_, breakIt, heal) => {
      const arrivals = Array.from({ length: 60 }, () => arrivalOf());
      await durable.accept(arrivals.slice(0, 10));
      await breakIt();
      for (let i = 10; i < 60; i += 10) {
        const asked = performance.now();
        const answers = await durable.accept(arrivals.slice(i, i + 10));
        expect(performance.now() - asked).toBeLessThan(5_000);
        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'spooled'));
      }
      const [again] = await durable.accept([
        arrivalOf({ deliveryKey: arrivals[30]?.event.deliveryKey ?? '' }),
      ]);
      expect(again).toMatchObject({ status: 'duplicate', eventId: arrivals[30]?.event.id });
      expect(durable.spooling()).toBe(true);
      await heal();
      const healed = performance.now();
      await waitUntil(
        'the spool to be empty',
        () => durable.spoolStats().events === 0 && !durable.spooling(),
      );
      expect(performance.now() - healed).toBeLessThan(5_000);
      const waiting = await store.client.lrange(`${keysOf(PREFIX, 'alerts').base}wait`, 0, -1);
      expect(waiting.toReversed()).toEqual(arrivals.map(({ event }) => `dlv_${event.id.slice(4)}_main`));
      expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({ accepted: 60, deliveries: 60 });
      expect(await durable.accept([arrivalOf()])).toMatchObject([{ status: 'queued' }]);
      expect(notices.filter(({ event }) => event === 'spool.in_use')).toHaveLength(1);
      await waitUntil('the notice', () => notices.some(({ event }) => event === 'spool.drained'));
    },
  );

  it('starts while Redis is away with events in the spool, and drains them once it is there', async () => {
    redis.signal('SIGKILL');
    await redis.ended();
    await durable.accept([arrivalOf(), arrivalOf()]);
    await close();
    open();
    expect(await durable.accept([arrivalOf()])).toMatchObject([{ status: 'spooled' }]);
    await redis.restart();
    await waitUntil('the spool to be empty', () => durable.spoolStats().events === 0);
    expect(await readBooks(store.client, PREFIX, 'alerts')).toMatchObject({ accepted: 3 });
  });

  it('is not stopped by an event that Redis will not take, and delivers that one once it can', async () => {
    await store.client.set(keysOf(PREFIX, 'broken').index, 'not a sorted set');
    const bad = arrivalOf({ source: 'broken' });
    const answers = await durable.accept([arrivalOf(), bad, arrivalOf()]);
    expect(answers.map(({ status }) => status)).toEqual(['queued', 'spooled', 'queued']);
    await waitUntil('it to be put aside', () => durable.spoolStats().parked === 1);
    expect(durable.spooling()).toBe(false);
    expect(await durable.accept([arrivalOf()])).toMatchObject([{ status: 'queued' }]);
    expect(notices.find(({ event }) => event === 'spool.parked')?.data).toMatchObject({
      eventId: bad.event.id,
    });
    await store.client.del(keysOf(PREFIX, 'broken').index);
    await waitUntil(
      'it to be taken',
      async () => (await readBooks(store.client, PREFIX, 'broken')).accepted === 1,
    );
    await waitUntil(
      'the spool to be empty',
      () => durable.spoolStats().parked + durable.spoolStats().events === 0,
    );
  });

  it('drains what another process left in a spool that is shared', async () => {
    const other = openSpool({ dir, seal: NO_SEAL, maxBytes: 64 << 20, now: Date.now });
    await other.put([arrivalOf()]);
    await other.close();
    await waitUntil(
      'it to arrive',
      async () => (await readBooks(store.client, PREFIX, 'alerts')).accepted === 1,
    );
  });
});
