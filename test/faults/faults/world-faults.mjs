import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { POISON } from '../load/sources.mjs';
import { underNft } from '../rig/machine.mjs';
import { manage } from '../rig/process.mjs';
import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

const HOURS = 3_600;

/** What happens around the bridge: names, clocks, files, the network to Redis. @type {readonly Fault[]} */
export const WORLD_FAULTS = [
  hosts('dns-name-gone', '127.0.0.1 localhost\n', 4_000),
  hosts('dns-name-elsewhere', '127.0.0.1 localhost\n127.0.0.9 komand.test\n', 4_000),
  // Signatures with a time in them are refused while the clocks disagree: that is what the time is for
  clock('clock-an-hour-ahead', 1 * HOURS),
  clock('clock-an-hour-behind', -1 * HOURS),
  clock('clock-ten-years-ahead', 87_600 * HOURS),
  {
    name: 'poison-mapping',
    c4: 40,
    run: async (world, { hold, must, random }) => {
      const poison = ['loop', 'huge', 'throw'].flatMap((how) => [how, how]);
      const before = world.client.log.length;
      for (const how of random.shuffle(poison))
        world.client.send({ tag: 'poison', extra: { type: `poison.${how}` }, poison: true, sender: POISON });
      await hold(6_000);
      const others = world.client.log
        .slice(before)
        .filter(({ poison: bad, ackAt }) => !bad && ackAt === undefined);
      if (others.length > 20) must(`${others.length} neighbours have no answer`);
    },
  },
  {
    name: 'config-bad-at-reload',
    c4: 44,
    mustAccept: true,
    run: async ({ configFile, config, nodes }, { hold, must }) => {
      const good = stringify(config);
      for (const bad of ['sources: [', `${good}\nnonsense: true\n`, good.slice(0, good.length / 2), '']) {
        writeFileSync(configFile, bad);
        await hold(1_000);
      }
      for (const { name, managed } of nodes) {
        const said = () => readFileSync(managed.logFile, 'utf8').includes('config.refused');
        await waitFor('the refusal to be said', said, 5_000).catch(() =>
          must(`${name} does not say that it refuses the configuration`),
        );
      }
      writeFileSync(configFile, good);
      await hold(1_000);
    },
  },
  {
    name: 'config-bad-at-start',
    c4: 44,
    mustAccept: true,
    run: async ({ dir, program, config }, { must }) => {
      const file = `${dir}/bad.yaml`;
      writeFileSync(file, stringify({ ...config, sources: { alone: { preset: 'there-is-none' } } }));
      const args = [program, 'start', '--config', file, '--data', `${dir}/data-bad`];
      const env = { PATH: process.env.PATH ?? '' };
      const started = manage({
        name: 'bad',
        command: process.execPath,
        args,
        env,
        cwd: dir,
        logFile: `${dir}/bad.log`,
      });
      started.start();
      const by = await started.ended(60_000);
      if (by !== 3) must(`a bad configuration ends the start with ${by}, not 3`);
    },
  },
  {
    name: 'config-reloaded-under-load',
    c4: 44,
    mustAccept: true,
    run: async ({ configFile, config }, { hold }) => {
      for (let i = 1; i <= 3; i += 1) {
        const targets = { soar: { ...config.targets.soar, concurrency: 32 - i } };
        writeFileSync(configFile, stringify({ ...config, targets }));
        await hold(1_200);
      }
      writeFileSync(configFile, stringify(config));
      await hold(1_000);
    },
  },
  partition('partition-ingress-redis', 'ingresses', 5_000),
  partition('partition-worker-redis', 'workers', 5_000),
  partition('partition-worker-redis-12s', 'workers', 12_000, { retry: 1 }),
  {
    name: 'redis-packet-loss',
    c4: 46,
    needs: ['nft'],
    mustAccept: true,
    doubt: { retry: 1 },
    run: ({ nodes }, { hold }) => {
      const ports = nodes.map(({ redis }) => redis.port).join(', ');
      return underNft(`tcp dport { ${ports} } numgen random mod 100 < 30 drop`, () => hold(6_000));
    },
  },
  {
    name: 'redis-8-kbit',
    c4: 46,
    mustAccept: true,
    doubt: { retry: 1 },
    run: async ({ nodes }, { hold }) => {
      for (const { redis } of nodes) await redis.set({ bytesPerSecond: 1_000, latencyMs: 50 });
      await hold(5_000);
      for (const { redis } of nodes) {
        await redis.set({});
        redis.cut();
      }
    },
  },
];

/** @param {string} name @param {string} text @param {number} ms @returns {Fault} */
function hosts(name, text, ms) {
  return {
    name,
    c4: 38,
    needs: ['dns'],
    mustAccept: true,
    doubt: { retry: 1 },
    run: async ({ hosts: file, workers }, { hold }) => {
      writeFileSync(file, text);
      for (const { komand } of workers) komand.cut();
      await hold(ms);
    },
  };
}

/** @param {string} name @param {number} seconds @returns {Fault} */
function clock(name, seconds) {
  return {
    name,
    c4: 39,
    needs: ['faketime'],
    doubt: { retry: 1 },
    run: async ({ clock: file }, { hold }) => {
      writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
      await hold(4_000);
    },
  };
}

/** Nothing passes, and nobody says so; after it the connections are dead. @param {string} name @param {'ingresses' | 'workers'} whose @param {number} ms @param {Fault['doubt']} [doubt] @returns {Fault} */
function partition(name, whose, ms, doubt) {
  return {
    name,
    c4: 46,
    mustAccept: true,
    ...(doubt && { doubt }),
    run: async (world, { hold }) => {
      for (const { redis } of world[whose]) await redis.set({ silent: true });
      await hold(ms);
      for (const { redis } of world[whose]) {
        await redis.set({});
        redis.cut();
      }
    },
  };
}
