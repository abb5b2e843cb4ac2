import { Redis } from 'ioredis';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { manage } from './process.mjs';
import { waitFor } from './wait.mjs';

/** @typedef {Awaited<ReturnType<typeof openRedis>>} RedisRig */

const DURABLE = [
  '--save',
  '',
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--maxmemory-policy',
  'noeviction',
];

/**
 * A Redis of the run's own, as durable as in production.
 * @param {string} dir
 * @param {{ wrap?: readonly string[] }} [how] a command that the server is started through
 */
export async function openRedis(dir, { wrap = [] } = {}) {
  const port = await freePort();
  const data = join(dir, 'redis');
  mkdirSync(data, { recursive: true });
  /** @param {readonly string[]} extra */
  const server = (extra) => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, ...DURABLE, ...extra];
    const [command, ...rest] = [...wrap, 'redis-server', ...args];
    const logFile = join(dir, 'redis.log');
    return manage({
      name: 'redis',
      command,
      args: rest,
      env: { PATH: process.env.PATH ?? '' },
      cwd: dir,
      logFile,
    });
  };
  let program = server([]);
  /** @type {import('./process.mjs').Exit[]} */
  const before = [];

  /** A connection of its own each time: the server may be in any state. @param {string | undefined} password @param {readonly (string | number)[]} command */
  const askAs = async (password, ...command) => {
    const client = new Redis({
      port,
      host: '127.0.0.1',
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
      ...(password === undefined ? {} : { password }),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(String(command[0]), ...command.slice(1).map(String));
    } finally {
      client.disconnect();
    }
  };
  const ask = (/** @type {(string | number)[]} */ ...command) => askAs(undefined, ...command);
  const answers = () => waitFor('redis to answer', async () => (await ask('PING')) === 'PONG');
  program.start();
  await answers();
  return {
    port,
    data,
    ask,
    askAs,
    pid: () => program.pid(),
    alive: () => program.alive(),
    /** @param {NodeJS.Signals} name */
    signal: (name) => program.signal(name),
    expectEnd: () => program.expectEnd(),
    ended: () => program.ended(),
    /** After a kill; on the same data. @param {readonly string[]} [extra] @param {boolean} [wait] */
    async start(extra = [], wait = true) {
      if (program.alive()) return;
      before.push(...program.exits());
      program = server(extra);
      program.start();
      if (wait) await answers();
    },
    answers,
    /** A volume that was lost. */
    wipe: () => {
      for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true });
    },
    exits: () => [...before, ...program.exits()],
    async close() {
      program.signal('SIGCONT');
      program.signal('SIGKILL');
      await program.ended();
    },
  };
}
