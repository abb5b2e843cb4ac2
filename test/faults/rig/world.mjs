import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openBalancer } from '../load/balancer.mjs';
import { openClient } from '../load/client.mjs';
import { ALL_SENDERS } from '../load/sources.mjs';
import { openNode } from './bridge-node.mjs';
import { FAKETIME, namespaceWithHosts } from './machine.mjs';
import { createRandom } from './random.mjs';
import { openRedis } from './redis.mjs';
import { openSimulator } from './simulator.mjs';

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */

export const PASSWORD = 'komand';
const TOKEN = 'an-operations-token-for-the-fault-run';

/**
 * Two ingresses and two workers on one Redis and one Komand, all of them processes, and a client that sends to them.
 * @param {{ program: string, seed: number, needs?: ReadonlySet<string>, redisWrap?: readonly string[],
 *   target?: Record<string, unknown> }} options
 */
export async function openWorld({ program, seed, needs = new Set(), redisWrap = [], target = {} }) {
  const random = createRandom(seed);
  const jitter = createRandom(seed + 1).unit;
  const dir = mkdtempSync(join(tmpdir(), `bridge-faults-${seed}-`));
  const redis = await openRedis(dir, { wrap: redisWrap });
  const simulator = await openSimulator({ program, dir, seed });
  const configFile = join(dir, 'bridge.yaml');
  const hosts = join(dir, 'hosts');
  const clock = join(dir, 'clock');
  const named = needs.has('dns');
  const config = {
    ops: { tokens: [{ name: 'faults', role: 'operator', token: TOKEN }] },
    targets: {
      soar: { url: simulator.url, username: 'bridge', password: PASSWORD, timeout: '4s', ...target },
    },
    sources: Object.fromEntries(ALL_SENDERS.map((sender) => [sender.name, sender.config])),
  };
  writeFileSync(configFile, stringify(config));
  writeFileSync(hosts, '127.0.0.1 localhost komand.test\n');
  writeFileSync(clock, '+0s\n');

  /** @param {string} name @param {string} roles */
  const node = (name, roles) =>
    openNode({
      name,
      roles,
      program,
      dir,
      configFile,
      redisPort: redis.port,
      komandPort: simulator.port,
      komandHost: named ? 'komand.test' : '127.0.0.1',
      wrap: named ? namespaceWithHosts(hosts) : [],
      env: needs.has('faketime') ? FAKETIME(clock) : {},
      token: TOKEN,
      random: jitter,
    });
  const ingresses = [await node('ingress-1', 'ingress,ops'), await node('ingress-2', 'ingress,ops')];
  const workers = [await node('worker-1', 'worker,ops'), await node('worker-2', 'worker,ops')];
  const nodes = [...ingresses, ...workers];
  await Promise.all(nodes.map((each) => each.start()));
  const balancer = openBalancer(ingresses);
  const client = openClient({ balancer, nodes: ingresses, random, run: `s${seed}` });
  mkdirSync(join(dir, 'logs'), { recursive: true });

  return {
    dir,
    seed,
    random,
    program,
    redis,
    simulator,
    ingresses,
    workers,
    nodes,
    balancer,
    client,
    configFile,
    config,
    hosts,
    clock,
    /** Which of the faults' doings the bridge's own processes could have been hurt by: none is left. */
    async heal() {
      writeFileSync(hosts, '127.0.0.1 localhost komand.test\n');
      writeFileSync(clock, '+0s\n');
      redis.signal('SIGCONT');
      await redis.start();
      simulator.managed.signal('SIGCONT');
      await simulator.start();
      await simulator.control('DELETE', 'faults');
      for (const each of nodes) {
        each.redis.watch(undefined);
        each.komand.watch(undefined);
        await each.redis.set({});
        await each.komand.set({});
        each.managed.signal('SIGCONT');
      }
      await Promise.all(nodes.map((each) => each.start()));
    },
    /** @param {{ keep?: boolean }} [how] */
    async close({ keep = false } = {}) {
      balancer.close();
      client.close();
      await Promise.all(nodes.map((each) => each.close()));
      await simulator.close();
      await redis.close();
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}
