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
import { openSmallDisk } from './small-disk.mjs';
import { openTlsFront } from './tls-front.mjs';

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */

export const PASSWORD = 'komand';
const TOKEN = 'an-operations-token-for-the-fault-run';

/**
 * What a world has beside the usual: Komand behind TLS, Redis on a small disk, or ten times as many processes.
 * @typedef {'tls' | 'small-disk' | 'crowd'} Setting
 */

/**
 * Two ingresses and two workers on one Redis and one Komand, all of them processes, and a client that sends to them.
 * @param {{ program: string, seed: number, needs?: ReadonlySet<string>, setting?: Setting | undefined }} options
 */
export async function openWorld({ program, seed, needs = new Set(), setting }) {
  const random = createRandom(seed);
  const jitter = createRandom(seed + 1).unit;
  const dir = mkdtempSync(join(tmpdir(), `bridge-faults-${seed}-`));
  const disk = setting === 'small-disk' ? await openSmallDisk(dir, join(dir, 'redis')) : undefined;
  const redis = await openRedis(dir, { wrap: disk?.enter ?? [] });
  const simulator = await openSimulator({ program, dir, seed });
  const front = setting === 'tls' ? await openTlsFront(simulator.port, dir) : undefined;
  const configFile = join(dir, 'bridge.yaml');
  const hosts = join(dir, 'hosts');
  const clock = join(dir, 'clock');
  const named = needs.has('dns');
  const config = {
    ops: { tokens: [{ name: 'faults', role: 'operator', token: TOKEN }] },
    targets: {
      soar: {
        url: simulator.url,
        username: 'bridge',
        password: PASSWORD,
        timeout: '4s',
        // Some faults call it by a name, which leads here
        allow_ips: ['127.0.0.1'],
        ...(front && { tls: { ca_file: front.caFile } }),
      },
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
      komandPort: front?.port ?? simulator.port,
      komandOrigin: (port) => `${front ? 'https' : 'http'}://${named ? 'komand.test' : '127.0.0.1'}:${port}`,
      wrap: named ? namespaceWithHosts(hosts) : [],
      env: needs.has('faketime') ? FAKETIME(clock) : {},
      token: TOKEN,
      random: jitter,
    });
  const many = (/** @type {string} */ role) =>
    Promise.all(
      Array.from({ length: setting === 'crowd' ? 20 : 2 }, (_, i) => node(`${role}-${i + 1}`, `${role},ops`)),
    );
  const ingresses = await many('ingress');
  const workers = await many('worker');
  const nodes = [...ingresses, ...workers];
  const closeParts = async () => {
    await Promise.all(nodes.map((each) => each.close()));
    await simulator.close();
    await redis.close();
    await disk?.close();
    front?.close();
  };
  try {
    await Promise.all(nodes.map((each) => each.start()));
  } catch (error) {
    await closeParts();
    throw error;
  }
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
    get disk() {
      return present(disk);
    },
    get front() {
      return present(front);
    },
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
      await closeParts();
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A fault is only ever run in a world of its setting. @template T @param {T | undefined} part @returns {T} */
function present(part) {
  if (part === undefined) throw new Error('this world has another setting');
  return part;
}
