import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { postedBodies } from '../support/posted-bodies.js';
import { ALERTS_TOKEN, makeBridge, type BridgeProcess, type TestBridge } from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

interface Accepted {
  readonly eventId: string;
  readonly body: string;
}

let redis: TestRedis;
let simulator: Simulator;
let bridge: TestBridge;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
afterEach(async () => {
  await bridge.close();
  await simulator.close();
});

async function set(prefix: string): Promise<void> {
  simulator = await startSimulator({
    seed: 7,
    settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
  });
  bridge = makeBridge({
    redisUrl: redis.url,
    targetUrl: simulator.url,
    extra: { redis: { url: redis.url, prefix } },
  });
}

/** Sends one event; the body where it was acknowledged, `undefined` for any other end. */
async function send(url: string, id: string): Promise<Accepted | undefined> {
  const body = JSON.stringify({ id, title: `event ${id}` });
  try {
    const response = await fetch(`${url}/hooks/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': ALERTS_TOKEN },
      body,
    });
    if (response.status !== 202) return undefined;
    const answer = (await response.json()) as { event_id: string };
    return { eventId: answer.event_id, body };
  } catch {
    return undefined;
  }
}

async function untilDrained(ops: BridgeProcess): Promise<void> {
  await waitUntil(
    'every delivery to end',
    async () => {
      const counts = (await ops.api('/api/v1/counts')) as Record<string, Record<string, number>>;
      const { queued = 0, active = 0, scheduled = 0 } = counts['alerts'] ?? {};
      return queued + active + scheduled === 0;
    },
    100_000,
  );
}

describe('SIGKILL', () => {
  it('of the ingress under load loses nothing that was acknowledged', async () => {
    // Scenario: one worker, an ingress that is killed and started again three times while events come in.
    await set('kill-ingress');
    const ops = await bridge.start('worker,ops');
    const accepted: Accepted[] = [];
    for (let round = 0; round < 3; round += 1) {
      const ingress = await bridge.start('ingress');
      const sending = Array.from({ length: 150 }, (_, i) => send(ingress.hooksUrl, `${round}-${i}`));
      await Promise.any(sending.slice(20, 25));
      ingress.signal('SIGKILL');
      for (const each of await Promise.all(sending)) if (each !== undefined) accepted.push(each);
      expect(await ingress.ended()).toBe('SIGKILL');
    }
    expect(accepted.length).toBeGreaterThan(0);
    await untilDrained(ops);
    const posted = await postedBodies(simulator.url);
    expect(accepted.filter(({ body }) => !posted.has(body))).toEqual([]);
    expect([...posted.values()].filter((times) => times > 1)).toEqual([]);
  }, 200_000);

  it('of the worker, again and again, delivers everything exactly once under reconcile', async () => {
    // Scenario: 300 events, three workers one after the other killed in the middle of their work.
    await set('kill-worker');
    const ingress = await bridge.start('ingress,ops');
    const accepted = (
      await Promise.all(Array.from({ length: 300 }, (_, i) => send(ingress.hooksUrl, `w-${i}`)))
    ).filter((each) => each !== undefined);
    expect(accepted).toHaveLength(300);
    for (let round = 1; round <= 3; round += 1) {
      const worker = await bridge.start('worker');
      await waitUntil(
        'some to be delivered',
        async () => (await postedBodies(simulator.url)).size >= round * 40,
      );
      worker.signal('SIGKILL');
      expect(await worker.ended()).toBe('SIGKILL');
    }
    const last = await bridge.start('worker');
    await untilDrained(ingress);
    const posted = await postedBodies(simulator.url);
    expect(accepted.filter(({ body }) => !posted.has(body))).toEqual([]);
    expect([...posted.entries()].filter(([, times]) => times > 1)).toEqual([]);
    last.signal('SIGTERM');
    expect(await last.ended()).toBe(0);
  }, 200_000);
});
