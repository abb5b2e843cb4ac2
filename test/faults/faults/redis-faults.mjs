import { underStrace } from '../rig/machine.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** A worker that cannot renew its lock for 8 s may go on while another one takes its delivery up. */
const LOCK_LOST = { reconcile: 0, retry: 1 };

/** Redis in every state that is not well. Events go to the spool meanwhile. @type {readonly Fault[]} */
export const REDIS_FAULTS = [
  {
    name: 'redis-kill',
    c4: 11,
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      redis.signal('SIGKILL');
      await hold(5_000);
      await redis.start();
    },
  },
  {
    name: 'redis-kill-longer-than-a-lock',
    c4: 11,
    mustAccept: true,
    doubt: LOCK_LOST,
    run: async ({ redis }, { hold }) => {
      redis.signal('SIGKILL');
      await hold(14_000);
      await redis.start();
    },
  },
  {
    name: 'redis-kill-everysec',
    c4: 12,
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      // A killed process leaves what it wrote to the page cache; only a power failure would lose it
      await redis.ask('CONFIG', 'SET', 'appendfsync', 'everysec');
      await hold(1_500);
      redis.signal('SIGKILL');
      await hold(2_000);
      await redis.start();
    },
  },
  {
    name: 'redis-stopped-1s',
    c4: 13,
    mustAccept: true,
    run: ({ redis }, { hold }) => stopped(redis, () => hold(1_000)),
  },
  {
    name: 'redis-stopped-10s',
    c4: 13,
    mustAccept: true,
    doubt: LOCK_LOST,
    run: ({ redis }, { hold }) => stopped(redis, () => hold(10_000)),
  },
  {
    name: 'redis-client-pause',
    c4: 13,
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      await redis.ask('CLIENT', 'PAUSE', 3_000, 'WRITE');
      await hold(3_000);
    },
  },
  {
    name: 'redis-slow-fsync',
    c4: 14,
    needs: ['strace'],
    mustAccept: true,
    doubt: LOCK_LOST,
    run: ({ redis }, { hold }) =>
      underStrace(redis.pid(), ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:delay_exit=1500000'], () =>
        hold(6_000),
      ),
  },
  {
    name: 'redis-fsync-eio',
    c4: 15,
    needs: ['strace'],
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      redis.expectEnd();
      await underStrace(redis.pid(), ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'], () =>
        redis.ended().then(() => undefined),
      );
      await hold(2_000);
      await redis.start();
    },
  },
  {
    name: 'redis-disk-full',
    c4: 16,
    needs: ['strace'],
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      redis.expectEnd();
      const [file] = await appendOnlyFile(redis);
      const rules = ['-e', 'trace=write', '-P', file, '-e', 'inject=write:error=ENOSPC'];
      await underStrace(redis.pid(), rules, () => redis.ended().then(() => undefined));
      await hold(2_000);
      await redis.start();
    },
  },
  {
    name: 'redis-disk-full-everysec',
    c4: 16,
    needs: ['strace'],
    // The first write after the disk is full is answered before it fails, and kept in memory until there is room
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      await redis.ask('CONFIG', 'SET', 'appendfsync', 'everysec');
      const [file] = await appendOnlyFile(redis);
      const rules = ['-e', 'trace=write', '-P', file, '-e', 'inject=write:error=ENOSPC'];
      await underStrace(redis.pid(), rules, () => hold(4_000));
      await hold(1_000);
      await redis.ask('CONFIG', 'SET', 'appendfsync', 'always');
    },
  },
  {
    name: 'redis-out-of-memory',
    c4: 17,
    mustAccept: true,
    doubt: LOCK_LOST,
    run: async ({ redis }, { hold }) => {
      await redis.ask('CONFIG', 'SET', 'maxmemory', 1);
      await hold(5_000);
      await redis.ask('CONFIG', 'SET', 'maxmemory', 0);
    },
  },
  {
    name: 'redis-evicting-policy',
    c4: 18,
    mustAccept: true,
    run: async ({ redis, ingresses }, { hold, must }) => {
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      await hold(1_500);
      const said = await ingresses[0].text('/readyz?verbose').catch(String);
      if (!/evict|allkeys-lru|noeviction/.test(said)) must(`nobody is told that Redis may evict: ${said}`);
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    },
  },
  {
    name: 'redis-read-only',
    c4: 19,
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      await redis.ask('REPLICAOF', '127.0.0.1', 1);
      await hold(5_000);
      await redis.ask('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'redis-password-set',
    c4: 21,
    mustAccept: true,
    doubt: LOCK_LOST,
    run: async ({ redis, nodes }, { hold }) => {
      await redis.ask('CONFIG', 'SET', 'requirepass', 'another-password');
      for (const node of nodes) node.redis.cut();
      await hold(4_000);
      await redis.askAs('another-password', 'CONFIG', 'SET', 'requirepass', '');
    },
  },
  {
    name: 'redis-no-permission',
    c4: 21,
    mustAccept: true,
    run: async ({ redis }, { hold }) => {
      await redis.ask('ACL', 'SETUSER', 'default', '-@scripting');
      await hold(3_000);
      await redis.ask('ACL', 'SETUSER', 'default', '+@all');
    },
  },
  {
    name: 'redis-loading',
    c4: 23,
    mustAccept: true,
    doubt: LOCK_LOST,
    run: async ({ redis }, { hold }) => {
      redis.signal('SIGKILL');
      await redis.ended();
      // Microseconds for each command of the append-only file; it answers LOADING between them
      await redis.start(
        ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'],
        false,
      );
      await hold(4_000);
      await redis.answers();
    },
  },
  {
    name: 'redis-flapping',
    c4: 24,
    mustAccept: true,
    run: async ({ redis }, { hold, random }) => {
      for (let i = 0; i < 6; i += 1) {
        redis.signal('SIGKILL');
        await redis.ended();
        await hold(random.within(300, 1_000));
        await redis.start();
        await hold(random.within(300, 1_000));
      }
    },
  },
];

/** @param {import('../rig/redis.mjs').RedisRig} redis @param {() => Promise<void>} during */
async function stopped(redis, during) {
  redis.signal('SIGSTOP');
  await during();
  redis.signal('SIGCONT');
}

/** @param {import('../rig/redis.mjs').RedisRig} redis @returns {Promise<string[]>} */
async function appendOnlyFile({ data }) {
  const { readdirSync } = await import('node:fs');
  return readdirSync(`${data}/appendonlydir`)
    .filter((name) => name.endsWith('.incr.aof'))
    .map((name) => `${data}/appendonlydir/${name}`);
}
