import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RejectedRequest } from '../../../src/model/arrival.js';
import { newEventId, newRequestId } from '../../../src/model/ids.js';
import { readDurability } from '../../../src/queue/durability.js';
import { checkEpoch } from '../../../src/queue/epoch.js';
import { createPendingCount } from '../../../src/queue/pending-count.js';
import { createReadiness } from '../../../src/queue/readiness.js';
import { createRejectedStore, type RejectedStore } from '../../../src/queue/rejected-store.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';
import { NO_SEAL } from '../../support/seals.js';

const AT = 1_760_000_000_000;

function rejection(over: Partial<RejectedRequest> = {}): RejectedRequest {
  return {
    id: newRequestId(over.at ?? AT),
    source: 'alerts',
    at: AT,
    status: 401,
    code: 'unauthorized',
    cause: 'wrong_secret',
    detail: 'no secret matches',
    errors: [],
    remoteAddress: '192.0.2.1',
    headers: {},
    bodyBytes: 2,
    bodyHash: 'ab',
    ...over,
  };
}

const QUARANTINED = { body: '{}', contentType: 'application/json', eventId: newEventId(AT) };

describe('the small stores', () => {
  let redis: TestRedis;
  let store: TestStore;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    store = await openTestStore({ url: redis.url }, ['alerts', 'jira']);
    await store.client.flushall();
  });
  afterEach(() => store.close());

  describe('rejected requests', () => {
    let rejected: RejectedStore;
    beforeEach(() => {
      const sources = (): string[] => ['alerts', 'jira'];
      rejected = createRejectedStore({
        seal: NO_SEAL,
        client: store.client,
        prefix: PREFIX,
        retentionMs: 60_000,
        sources,
      });
    });
    const pages = async (limit: number): Promise<string[]> => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await rejected.list({ limit, ...(cursor !== undefined && { cursor }) });
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return ids;
    };

    it.each([1, 3, 7])(
      'are given once each by pages of %i, though many come in one millisecond',
      async (limit) => {
        const all = Array.from({ length: 40 }, (_, i) =>
          rejection({ source: i % 3 === 0 ? 'jira' : 'alerts', at: AT + Math.floor(i / 20) }),
        );
        await Promise.all(all.map((each) => rejected.record(each)));
        expect((await pages(limit)).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      },
    );

    it('of strangers are bounded, and push no quarantined one out', async () => {
      const kept = rejection({
        status: 422,
        code: 'schema_mismatch',
        cause: 'schema_mismatch',
        quarantined: QUARANTINED,
      });
      await rejected.record(kept);
      const all = Array.from({ length: 1_050 }, (_, i) => rejection({ at: AT + 1 + i }));
      for (const each of all) await rejected.record(each);
      const ids = await pages(200);
      expect(ids).toHaveLength(1_001);
      expect(ids).toContain(kept.id);
      expect(await rejected.show(all[0]?.id ?? '')).toBeUndefined();
      expect(await rejected.show(kept.id)).toEqual(kept);
      await rejected.remove(kept);
      expect(await rejected.show(kept.id)).toBeUndefined();
    });

    it('are refused as store_unavailable while Redis takes no writes', async () => {
      await store.client.config('SET', 'maxmemory', '1');
      await expect(rejected.record(rejection())).rejects.toMatchObject({
        code: 'store_unavailable',
        status: 503,
      });
      await store.client.config('SET', 'maxmemory', '0');
    });
  });

  it('readiness is a write, asked at most once a second', async () => {
    let now = 0;
    const ready = createReadiness(store.client, PREFIX, () => now);
    expect(await ready()).toMatchObject({ ok: true });
    await store.client.config('SET', 'maxmemory', '1');
    expect(await ready()).toMatchObject({ ok: true });
    now = 1_000;
    expect(await ready()).toMatchObject({ ok: false });
    await store.client.config('SET', 'maxmemory', '0');
    now = 2_000;
    expect(await ready()).toMatchObject({ ok: true });
    redis.signal('SIGSTOP');
    now = 3_000;
    const asked = performance.now();
    expect(await ready()).toMatchObject({ ok: false });
    expect(performance.now() - asked).toBeLessThan(1_500);
    redis.signal('SIGCONT');
  });

  it.each([
    ['appendfsync', 'always', true, 'power failure.'],
    ['appendfsync', 'everysec', false, 'up to a second'],
    ['maxmemory-policy', 'allkeys-lru', false, 'throw events away'],
    ['appendonly', 'no', false, 'memory only'],
  ])('durability is read from the live server: %s %s', async (name, value, durable, words) => {
    const [, before = ''] = await store.client.config('GET', name);
    await store.client.config('SET', name, value);
    const found = await readDurability(store.client);
    await store.client.config('SET', name, before);
    expect(found).toMatchObject({ durable, role: 'master' });
    expect(found.sentence).toContain(words);
  });

  it('a Redis that came back empty is noticed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'bridge-epoch-'));
    const check = () => checkEpoch(store.client, PREFIX, join(dir, 'data', 'epoch'));
    expect([await check(), await check()]).toEqual(['first', 'same']);
    await store.client.flushall();
    expect([await check(), await check()]).toEqual(['lost', 'same']);
    rmSync(dir, { recursive: true, force: true });
  });

  it('pending is counted by source, at most every 250 ms, and stands while Redis is away', async () => {
    let now = 0;
    const pending = createPendingCount(
      () => store.reader.counts(),
      () => now,
    );
    await store.events.accept([arrivalOf(), arrivalOf(), arrivalOf({ source: 'jira' })]);
    await waitUntil('the count', () => ((now += 250), pending('alerts') === 2));
    expect([pending('jira'), pending('unheard')]).toEqual([1, 0]);
    await store.connections.close();
    now += 250;
    expect([pending('alerts'), pending('jira')]).toEqual([2, 1]);
  });
});
