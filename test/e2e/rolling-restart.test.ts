import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { ALERTS_TOKEN, makeBridge, type BridgeProcess, type TestBridge } from '../support/start-bridge.js';
import { startRedis } from '../support/start-redis.js';
import { startSteadyLoad, type SteadyLoad } from '../support/steady-load.js';
import { tallyLoad, tallyText } from '../support/tally-load.js';
import { openTcpBalancer, type TcpBalancer } from '../support/tcp-balancer.js';
import { waitUntil } from '../support/wait-until.js';

/** Fewer than this would be no load. */
const SOME = 20;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(): Promise<{ readonly bridge: TestBridge; readonly simulator: Simulator }> {
  const redis = await startRedis();
  closers.push(() => redis.close());
  const simulator = await startSimulator({
    seed: 11,
    settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
  });
  closers.push(() => simulator.close());
  const bridge = makeBridge({ redisUrl: redis.url, targetUrl: simulator.url });
  closers.push(() => bridge.close());
  return { bridge, simulator };
}

async function pending(node: BridgeProcess): Promise<number> {
  const counts = (await node.api('/api/v1/counts')) as Record<string, Record<string, number>>;
  const { queued = 0, active = 0, scheduled = 0 } = counts['alerts'] ?? {};
  return queued + active + scheduled;
}

/** SIGTERM, its own end with 0 while the load goes on, and the same replica once more. */
async function restart(old: BridgeProcess, load: SteadyLoad): Promise<BridgeProcess> {
  const before = load.sent.length;
  old.signal('SIGTERM');
  expect(await old.ended()).toBe(0);
  const next = await old.again();
  expect(load.sent.length, 'events sent meanwhile').toBeGreaterThan(before + SOME);
  return next;
}

async function restartIngress(old: BridgeProcess, load: SteadyLoad, balancer: TcpBalancer): Promise<void> {
  const next = await restart(old, load);
  await waitUntil('the balancer to see it', () => balancer.sees(next, 'ready'), 60_000);
  // Kept connections stay with the other one, as they do behind a real balancer, until it restarts in its turn
  const more = load.sent.length + 2 * SOME;
  await waitUntil('more load', () => load.sent.length > more, 60_000);
}

describe('a rolling restart', () => {
  it('of two ingresses and two workers under load is not seen by the senders, and nothing is lost or comes twice', async () => {
    // Scenario: four processes on one Redis, senders that never retry behind a balancer that watches /readyz and keeps
    // connections. One process after the other gets SIGTERM and starts again on the same ports and data.
    const { bridge, simulator } = await open();
    const ingresses = [await bridge.start('ingress,ops'), await bridge.start('ingress,ops')];
    const workers = [await bridge.start('worker,ops'), await bridge.start('worker,ops')];
    const balancer = await openTcpBalancer(ingresses);
    closers.push(() => balancer.close());
    const load = startSteadyLoad({
      url: () => balancer.url,
      sources: ['alerts'],
      token: ALERTS_TOKEN,
    });
    closers.push(() => load.stop());
    await waitUntil('some load', () => load.acknowledged().length > 2 * SOME, 60_000);
    const connectedBefore = ingresses.map((node) => balancer.connectionsTo(node));
    expect(connectedBefore.filter((count) => count === 0)).toEqual([]);

    for (const ingress of ingresses) await restartIngress(ingress, load, balancer);
    const restarted: BridgeProcess[] = [];
    for (const worker of workers) restarted.push(await restart(worker, load));
    await load.stop();

    const [ops] = restarted;
    if (ops === undefined) throw new Error('a worker was restarted');
    await waitUntil('every delivery to end', async () => (await pending(ops)) === 0, 120_000);
    const tally = await tallyLoad(load.sent, simulator.url);
    console.log(tallyText('rolling restart, 2 ingress + 2 worker', tally));
    // Each was seen to serve again: its connections went to the other one and came back
    for (const [i, node] of ingresses.entries())
      expect(balancer.connectionsTo(node)).toBeGreaterThan(connectedBefore[i] ?? 0);
    expect(tally).toMatchObject({ lost: [], phantom: [], duplicated: [], clientErrors: [], spooled: 0 });
    expect(tally.delivered).toBe(tally.sent);
    const ids = load.sent.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
  }, 300_000);
});
