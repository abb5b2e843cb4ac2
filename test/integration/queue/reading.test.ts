import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/model/delivery.js';
import { Problem } from '../../../src/model/problem.js';
import { keysOf } from '../../../src/queue/keys.js';
import { arrivalOf } from '../../support/arrivals.js';
import { openTestStore, PREFIX, type TestStore } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';

const SOURCES = ['alerts', 'jira', 'splunk'];
const SETS: Partial<Record<DeliveryState, string>> = {
  scheduled: 'delayed',
  delivered: 'completed',
  dead: 'failed',
  discarded: 'discarded',
};

describe('reading deliveries by pages', () => {
  let redis: TestRedis;
  let store: TestStore;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    store = await openTestStore({ url: redis.url }, SOURCES);
    await store.client.flushall();
  });
  afterEach(() => store.close());

  const pages = async (
    limit: number,
    state?: DeliveryState,
    between: (last: string) => Promise<unknown> = async () => undefined,
  ) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < 500; i += 1) {
      const page = await store.reader.list({ limit, ...(state && { state }), ...(cursor && { cursor }) });
      ids.push(...page.items.map(({ delivery }) => delivery.id));
      if (page.cursor === undefined) return ids;
      cursor = page.cursor;
      await between(ids.at(-1) ?? '');
    }
    throw new Error('the pages do not end');
  };

  /** Events over several sources, many of them in the same millisecond. */
  const fill = async (of: readonly number[]): Promise<{ source: string; id: string }[]> => {
    await store.client.flushall();
    const arrivals = of.map((n, i) =>
      arrivalOf({
        source: SOURCES[n % SOURCES.length] ?? '',
        receivedAt: 1_760_000_000_000 + (i >> 2),
        routes: n % 5 ? ['a'] : ['a', 'b'],
      }),
    );
    const stored = await store.events.accept(arrivals);
    return stored.flatMap(({ deliveries }, i) =>
      deliveries.map((id) => ({ source: arrivals[i]?.event.source ?? '', id })),
    );
  };

  const NUMBERS = fc.array(fc.nat({ max: 40 }), { maxLength: 40 });
  const LIMIT = fc.integer({ min: 1, max: 9 });

  it('gives every id exactly once, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(NUMBERS, LIMIT, async (numbers, limit) => {
        const all = (await fill(numbers)).map(({ id }) => id);
        expect(await pages(limit)).toEqual(all.toSorted().toReversed());
        expect((await pages(limit, 'queued')).toSorted()).toEqual(all.toSorted());
      }),
      { numRuns: 25 },
    );
  });

  it.each(['scheduled', 'delivered', 'dead', 'discarded'] as const)(
    'gives every id that is %s exactly once, however many share a time',
    async (state) => {
      await fc.assert(
        fc.asyncProperty(NUMBERS, LIMIT, fc.integer({ min: 1, max: 20 }), async (numbers, limit, sharing) => {
          const all = await fill(numbers);
          for (const [i, { source, id }] of all.entries())
            await store.client.zadd(
              keysOf(PREFIX, source).base + SETS[state],
              1_760_000_000_000 + Math.floor(i / sharing),
              id,
            );
          const ids = await pages(limit, state);
          expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
        }),
        { numRuns: 15 },
      );
    },
  );

  it('goes on after the place where a page of the waiting ended was taken out', async () => {
    const all = await fill(Array.from({ length: 30 }, (_, i) => i));
    const ids = await pages(4, 'queued', async (last) => {
      const place = all.find(({ id }) => id === last);
      expect(await store.client.lrem(`${keysOf(PREFIX, place?.source ?? '').base}wait`, 1, last)).toBe(1);
    });
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });

  it('refuses a cursor that is none', async () => {
    const refused = await store.reader
      .list({ limit: 3, cursor: '12~dlv_x' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: 'bad_request', status: 400 });
  });

  it('finds by id in any source and by delivery key, and counts by state', async () => {
    const arrival = arrivalOf({ source: 'jira', deliveryKey: 'header:7' });
    const [stored] = await store.events.accept([arrival]);
    const id = stored?.deliveries[0] ?? '';
    expect(await store.reader.show(id)).toMatchObject({ state: 'queued', delivery: { source: 'jira' } });
    expect(await store.reader.findByDeliveryKey('jira', 'header:7')).toMatchObject([{ delivery: { id } }]);
    expect((await store.reader.counts()).get('jira')).toMatchObject({ queued: 1, dead: 0 });
    expect(await store.reader.show('dlv_nonsense')).toBeUndefined();
  });
});
