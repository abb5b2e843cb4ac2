import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OnAmbiguous } from '../../../src/model/settings.js';
import { startSimulator } from '../../../src/simulator/start-simulator.js';
import { handMadeRoute } from '../../support/hand-made-source.js';
import { openStage, targetAt } from '../../support/stage-world.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

/** A lock lasts 8 s. */
const LONGER_THAN_A_LOCK_MS = 9_500;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

it('an answer that comes while Redis is away for longer than a lock is recorded after it, and nothing is sent again', async () => {
  // Scenario: the answers are there, the locks run out with Redis away, and the job list tells nothing.
  const match = { method: 'POST', path: '/v2/workflows' };
  const fault = { kind: 'slow-headers', delayMs: 700 } as const;
  const simulator = await startSimulator({ seed: 1, faults: [{ match, fault }] });
  const route = (source: string, onAmbiguous: OnAmbiguous) => handMadeRoute({ source, onAmbiguous });
  const world = await openStage({
    redisUrl: redis.url,
    settings: targetAt(simulator.url),
    routes: [route('asks', 'reconcile'), route('repeats', 'retry'), route('parks', 'park')],
    wrap: (target) => ({ ...target, jobs: () => Promise.resolve([]) }),
  });
  const posts = async (): Promise<number> => {
    const answer = await fetch(`${simulator.url}/__sim/ledger/summary`, { headers: { connection: 'close' } });
    return ((await answer.json()) as { posts: number }).posts;
  };
  try {
    const sources = ['asks', 'repeats', 'parks'];
    const ids = (await Promise.all(sources.map((source) => world.accept(source, 5)))).flat();
    await waitUntil('the calls to be under way', async () => (await posts()) === 15);
    redis.signal('SIGKILL');
    await redis.ended();
    const since = performance.now();
    await waitUntil(
      'the locks to run out',
      () => performance.now() - since > LONGER_THAN_A_LOCK_MS,
      2 * LONGER_THAN_A_LOCK_MS,
    );
    await redis.restart();
    await waitUntil(
      'all to be delivered',
      async () => {
        const views = await world.shown(ids);
        return views.length === 15 && views.every(({ state }) => state === 'delivered');
      },
      40_000,
    );
    expect(await posts()).toBe(15);
  } finally {
    await world.close();
    await simulator.close();
  }
});
