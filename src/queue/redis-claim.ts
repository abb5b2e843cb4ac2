import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../model/json.js';
import { askRedis } from './ask-redis.js';
import { livesElsewhere, ownIdentity, processIdentity } from './process-identity.js';
import { RedisUnavailable } from './redis-unavailable.js';

/** Who runs the Redis of a data folder. Kept in `redis.json` beside the data. */
export interface RedisClaim {
  /** The bridge that started it or took it over. */
  readonly owner: string;
  /** 0 until it is started. */
  readonly pid: number;
  readonly port: number;
}

/** A Redis that is running on a data folder. */
export interface LivingRedis {
  readonly pid: number;
  readonly port: number;
}

/**
 * Claims a data folder for this process. Answers the Redis that a bridge which is no more left running on it, if there is
 * one. Throws `RedisUnavailable` when a living bridge holds the folder: two Redis on one file destroy it.
 */
export async function claimRedisFolder(dir: string, port: number): Promise<LivingRedis | undefined> {
  const file = fileOf(dir);
  const mine: RedisClaim = { owner: ownIdentity(), pid: 0, port };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
    const held = readClaim(file);
    if (held !== undefined && livesElsewhere(held.owner)) {
      throw new RedisUnavailable(
        `Another bridge (process ${Number.parseInt(held.owner, 10)}) uses the data in ${dir}; stop it, or give this one a folder of its own.`,
      );
    }
    const living = held === undefined ? undefined : await findLiving(dir, held);
    if (living !== undefined) {
      noteClaim(dir, living);
      return living;
    }
    rmSync(file, { force: true });
  }
}

/** Notes which process serves the folder now. */
export function noteClaim(dir: string, living: LivingRedis): void {
  const next = `${fileOf(dir)}.${process.pid}`;
  writeFileSync(next, JSON.stringify({ owner: ownIdentity(), ...living } satisfies RedisClaim));
  renameSync(next, fileOf(dir));
}

/** Gives the folder back, unless somebody else holds it by now. */
export function releaseClaim(dir: string): void {
  if (readClaim(fileOf(dir))?.owner === ownIdentity()) rmSync(fileOf(dir), { force: true });
}

/** Whether the server that answers on this port is that process and keeps its data in that folder. */
export async function isRedisOf(dir: string, { pid, port }: LivingRedis): Promise<boolean> {
  const said = (await askRedis(port, 'INFO server\r\nCONFIG GET dir')) ?? '';
  if (!said.includes(`process_id:${pid}\r\n`)) return false;
  return said.split('\r\n').some((line) => line.startsWith('/') && sameFolder(line, dir));
}

async function findLiving(dir: string, { pid, port }: RedisClaim): Promise<LivingRedis | undefined> {
  if (pid === 0 || processIdentity(pid) === undefined) return undefined;
  const living = { pid, port };
  return (await isRedisOf(dir, living)) ? living : undefined;
}

function fileOf(dir: string): string {
  return join(dir, 'redis.json');
}

function sameFolder(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** `undefined` for a file that was cut short by a kill. */
function readClaim(file: string): RedisClaim | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isJsonObject(value)) return undefined;
    const { owner, pid, port } = value;
    return typeof owner === 'string' && typeof pid === 'number' && typeof port === 'number'
      ? { owner, pid, port }
      : undefined;
  } catch {
    return undefined;
  }
}
