import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import {
  ALERTS_TOKEN,
  makeBridge,
  WORKFLOW,
  type BridgeProcess,
  type TestBridge,
} from '../support/start-bridge.js';
import { startRedisCluster, type TestCluster } from '../support/start-redis-cluster.js';
import { startSteadyLoad, type SteadyLoad } from '../support/steady-load.js';
import { tallyLoad, tallyText, type Tally } from '../support/tally-load.js';
import { waitUntil } from '../support/wait-until.js';

/** Fewer than this would be no load. */
const SOME = 20;
const SOURCES = Array.from({ length: 8 }, (_, i) => `shard-${i}`);

interface World {
  readonly cluster: TestCluster;
  readonly simulator: Simulator;
  readonly bridge: TestBridge;
  readonly ops: BridgeProcess;
  readonly load: SteadyLoad;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Two ingresses and two workers on a cluster, under load from senders that never retry. */
async function open(replicas: 0 | 1): Promise<World> {
  const cluster = await startRedisCluster(replicas);
  closers.push(() => cluster.close());
  const simulator = await startSimulator({
    seed: 5,
    settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
  });
  closers.push(() => simulator.close());
  const source = {
    preset: 'generic',
    auth: { type: 'token', in: 'header', name: 'x-token', secrets: [ALERTS_TOKEN] },
    delivery_key: { body: ['id'] },
    map: 'raw',
    routes: [{ workflow: WORKFLOW }],
  };
  const redis = { url: `redis://${cluster.nodes[0]}`, mode: 'cluster', nodes: cluster.nodes };
  const bridge = makeBridge({
    redisUrl: redis.url,
    targetUrl: simulator.url,
    sources: Object.fromEntries(SOURCES.map((name) => [name, source])),
    extra: { redis },
  });
  closers.push(() => bridge.close());
  const ingresses = [await bridge.start('ingress,ops'), await bridge.start('ingress,ops')];
  for (const roles of ['worker,ops', 'worker,ops']) await bridge.start(roles);
  let turn = 0;
  const load = startSteadyLoad({
    url: () => ingresses[turn++ % ingresses.length]?.hooksUrl ?? '',
    sources: SOURCES,
    token: ALERTS_TOKEN,
  });
  closers.push(() => load.stop());
  const [ops] = ingresses;
  if (ops === undefined) throw new Error('two were started');
  await waitUntil('some load', () => load.acknowledged().length > 4 * SOME, 60_000);
  return { cluster, simulator, bridge, ops, load };
}

/** Which of the first masters holds which sources, by the keys themselves. */
async function spread({ cluster }: World): Promise<readonly number[]> {
  return Promise.all(
    cluster.masters.map(async (master) => {
      const counts = await Promise.all(SOURCES.map((source) => cluster.keysOf(master, source)));
      return counts.filter((count) => count > 0).length;
    }),
  );
}

async function isPending({ ops }: World): Promise<boolean> {
  const counts = (await ops.api('/api/v1/counts')) as Record<string, Record<string, number>>;
  return SOURCES.some((source) => {
    const { queued = 0, active = 0, scheduled = 0 } = counts[source] ?? {};
    return queued + active + scheduled > 0;
  });
}

/** More load, now that all is well again; then everything to its end, and the counts. */
async function finish(what: string, world: World): Promise<Tally> {
  const { load, simulator } = world;
  const more = load.acknowledged().length + 4 * SOME;
  await waitUntil('more load', () => load.acknowledged().length > more, 60_000);
  await load.stop();
  const posted = async (): Promise<boolean> => (await tallyLoad(load.sent, simulator.url)).lost.length === 0;
  // The counts alone say nothing of what still lies in a spool; what never comes is told by the tally below
  await waitUntil(
    'the spools and queues to be empty',
    async () => (await posted()) && !(await isPending(world)),
    120_000,
  ).catch(() => undefined);
  const tally = await tallyLoad(load.sent, simulator.url);
  console.log(tallyText(what, tally));
  return tally;
}

const NOTHING_WRONG = { lost: [], phantom: [], duplicated: [] };
/** A sender may be told to come again while shards are away, and nothing else. */
const otherErrors = ({ clientErrors }: Tally): readonly string[] =>
  clientErrors.filter((error) => !error.endsWith(': 503'));

describe('Redis Cluster under load', () => {
  it('a master that is killed and comes back: nothing is lost, and nothing comes twice', async () => {
    // Scenario: no replicas, so that the whole cluster stops serving; the ingresses spool until the master is back.
    const world = await open(0);
    const { cluster, load } = world;
    expect((await spread(world)).filter((sources) => sources === 0)).toEqual([]);
    const [master] = cluster.masters;
    if (master === undefined) throw new Error('there are three');
    master.signal('SIGKILL');
    await master.ended();
    await waitUntil(
      'events in the spool',
      () => load.sent.some(({ status }) => status === 'spooled'),
      60_000,
    );
    const during = load.acknowledged().length;
    await waitUntil('more of them', () => load.acknowledged().length > during + 2 * SOME, 60_000);
    await master.restart();
    await waitUntil('the cluster', () => cluster.isWhole(master), 60_000);
    const tally = await finish('cluster, master killed and back', world);
    expect(tally).toMatchObject(NOTHING_WRONG);
    expect(otherErrors(tally)).toEqual([]);
    expect(tally.spooled).toBeGreaterThan(SOME);
  }, 400_000);

  it('a master that is killed for good: its replica takes over, and nothing is lost', async () => {
    const world = await open(1);
    const { cluster } = world;
    const [master, other] = cluster.masters;
    if (master === undefined || other === undefined) throw new Error('there are three');
    master.signal('SIGKILL');
    await master.ended();
    await waitUntil('the others to notice', async () => !(await cluster.isWhole(other)), 60_000);
    await waitUntil('the replica to take over', () => cluster.isWhole(other), 60_000);
    const tally = await finish('cluster, master killed, replica took over', world);
    expect(tally).toMatchObject(NOTHING_WRONG);
    expect(otherErrors(tally)).toEqual([]);
  }, 400_000);

  it('a fourth master is added and the slots are rebalanced: no sender notices', async () => {
    const world = await open(0);
    const { cluster, load } = world;
    const fourth = await cluster.addMaster();
    const before = load.acknowledged().length;
    await cluster.rebalance();
    expect(load.acknowledged().length, 'acknowledged while slots moved').toBeGreaterThan(before + SOME);
    const counts = await Promise.all(SOURCES.map((source) => cluster.keysOf(fourth, source)));
    expect(counts.filter((count) => count > 0).length, 'sources on the new master').toBeGreaterThan(0);
    const tally = await finish('cluster, fourth master added and rebalanced', world);
    expect(tally).toMatchObject({ ...NOTHING_WRONG, clientErrors: [] });
  }, 400_000);
});
