import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { freePort } from '../support/free-port.js';
import { spawnProgram, type Program } from '../support/spawn-program.js';
import { ALERTS_TOKEN, makeBridge, OPS_TOKEN } from '../support/start-bridge.js';
import { startRedis } from '../support/start-redis.js';
import { startSteadyLoad, type SteadyLoad } from '../support/steady-load.js';
import { tallyLoad } from '../support/tally-load.js';
import { waitUntil } from '../support/wait-until.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface World {
  readonly simulator: Simulator;
  readonly hooks: string;
  /** Of the first and of the second process. */
  readonly ops: readonly [string, string];
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  start(processes: number): Program;
  load(): SteadyLoad;
}

async function open(): Promise<World> {
  const redis = await startRedis();
  closers.push(() => redis.close());
  const settings = { jobDelayMs: [0, 10], jobDurationMs: [0, 10], outcomes: { succeeded: 1 } } as const;
  const simulator = await startSimulator({ seed: 7, settings });
  closers.push(() => simulator.close());
  const bridge = makeBridge({ redisUrl: redis.url, targetUrl: simulator.url });
  closers.push(() => bridge.close());
  const [http, first] = [await freePort(), await freePort(2)];
  const env = {
    BRIDGE_HTTP_HOST: '127.0.0.1',
    BRIDGE_HTTP_PORT: String(http),
    BRIDGE_OPS_PORT: String(first),
  };
  const hooks = `http://127.0.0.1:${http}`;
  return {
    simulator,
    hooks,
    ops: [`http://127.0.0.1:${first}`, `http://127.0.0.1:${first + 1}`],
    redis,
    start(processes) {
      const args = ['start', '--processes', String(processes), '--config', bridge.configFile];
      const program = spawnProgram([...args, '--data', join(bridge.dir, 'data')], env, bridge.dir);
      closers.push(() => program.close());
      return program;
    },
    load() {
      const load = startSteadyLoad({ url: () => hooks, sources: ['alerts'], token: ALERTS_TOKEN });
      closers.push(() => load.stop());
      return load;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function untilReady({ ops }: World, program: Program): Promise<void> {
  for (const url of ops)
    await waitUntil(
      `${url} to be ready`,
      async () => {
        if (program.child.exitCode !== null) throw new Error(`it ended: ${program.stderr()}`);
        return isReady(url);
      },
      60_000,
    );
}

async function metric(url: string, name: string): Promise<number> {
  const headers = { authorization: `Bearer ${OPS_TOKEN}` };
  const page = await (await fetch(`${url}/metrics`, { headers })).text();
  const lines = page.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** The processes that the first one started. */
function childrenOf(program: Program): readonly number[] {
  const pid = program.child.pid ?? 0;
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

describe('start --processes 2', () => {
  it('shares the port between both; one that is killed is started again, and nothing is lost', async () => {
    const world = await open();
    const program = world.start(2);
    await untilReady(world, program);
    const load = world.load();
    for (const url of world.ops)
      await waitUntil(
        `${url} to have accepted some`,
        async () => (await metric(url, 'bridge_events_accepted_total')) > 5,
        60_000,
      );
    const [one] = childrenOf(program);
    process.kill(one ?? 0, 'SIGKILL');
    await waitUntil('another to be started', () => program.stderr().includes('is started again'));
    await waitUntil('it to live', () => childrenOf(program).length === 2);
    await untilReady(world, program);
    await load.stop();
    await waitUntil(
      'all to be delivered',
      async () => {
        const { delivered, acknowledged } = await tallyLoad(load.sent, world.simulator.url);
        return delivered === acknowledged;
      },
      60_000,
    );
    const tally = await tallyLoad(load.sent, world.simulator.url);
    expect(tally).toMatchObject({ lost: [], phantom: [] });
    // Only what was on a connection of the killed one when it was killed
    expect(tally.clientErrors.length).toBeLessThanOrEqual(10);

    program.signal('SIGTERM');
    expect(await program.ended()).toBe(0);
    expect([await isReady(world.ops[0]), await isReady(world.ops[1])]).toEqual([false, false]);
  }, 180_000);

  it('lets nobody forget what the second one had spooled', async () => {
    const world = await open();
    const both = world.start(2);
    await untilReady(world, both);
    world.redis.signal('SIGKILL');
    await world.redis.ended();
    const load = world.load();
    await waitUntil(
      'the second to have spooled some',
      async () => (await metric(world.ops[1], 'bridge_spool_events{state="waiting"')) > 0,
      60_000,
    );
    await load.stop();
    both.signal('SIGTERM');
    expect(await both.ended(60_000)).toBe(0);

    const alone = world.start(1);
    expect(await alone.ended(60_000)).toBe(7);
    expect(alone.stderr()).toMatch(/spool-2 still holds \d+ events: start with --processes 2/);
    await world.redis.restart();
    const again = world.start(2);
    await untilReady(world, again);
    await waitUntil(
      'all to be delivered',
      async () => (await tallyLoad(load.sent, world.simulator.url)).lost.length === 0,
      60_000,
    );
    expect(await tallyLoad(load.sent, world.simulator.url)).toMatchObject({ phantom: [], duplicated: [] });
  }, 180_000);

  it.each([
    [['--processes', '0'], 2, 'from 1 to 256'],
    [['--processes', '2', '--setup'], 2, 'a Redis of yours'],
    [['--processes', '2', '--config', '/nowhere.yaml'], 3, '/nowhere.yaml'],
  ])('%j ends with %i: %s', async (args, code, words) => {
    const program = spawnProgram(['start', ...args]);
    closers.push(() => program.close());
    expect(await program.ended()).toBe(code);
    expect(program.stderr()).toContain(words);
  });
});
