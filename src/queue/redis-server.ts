import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RedisUnavailable } from './redis-unavailable.js';

export { installRedisServer } from './install-redis-server.js';
export { startRedisServer, type RedisServer } from './start-redis-server.js';
export { RedisUnavailable };

const run = promisify(execFile);

const NAMES = ['redis-server', 'valkey-server'];
/** Where package managers put it that a service's or a desktop's PATH may leave out. */
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin', '/opt/local/bin'];
/** `ZRANGE … BYLEX REV`, which the lists are read with, came with 6.2. */
const OLDEST = { major: 6, minor: 2 };

/** Path of a redis-server or valkey-server on this machine, or undefined where there is none or only one that is too old. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const path of [
    ...(await onPath()),
    ...FOLDERS.flatMap((dir) => NAMES.map((name) => `${dir}/${name}`)),
  ])
    if (await isGoodServer(path)) return path;
  return undefined;
}

async function onPath(): Promise<readonly string[]> {
  const asked = NAMES.map((name) => run('sh', ['-c', `command -v ${name}`]).catch(() => undefined));
  const found = await Promise.all(asked);
  return found.map((each) => each?.stdout.trim() ?? '').filter((path) => path.startsWith('/'));
}

/** It is asked, since a file of that name may be for another machine, or too old. */
async function isGoodServer(path: string): Promise<boolean> {
  const said = await run(path, ['--version'], { timeout: 5_000 }).catch(() => undefined);
  const [, major = '0', minor = '0'] = /\bv=(\d+)\.(\d+)/.exec(said?.stdout ?? '') ?? [];
  return Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
}
