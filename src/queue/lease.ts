import type { RedisClient } from './connect.js';
import { defineScript, runScript } from './script.js';

const LEASE = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** Work that one process does for all: whoever holds the lease, until it has not renewed it for `ms`. */
export function createLease(
  client: RedisClient,
  prefix: string,
  holder: string,
): (name: string, ms: number) => Promise<boolean> {
  return async (name, ms) =>
    (await runScript(client, LEASE, [`${prefix}:{lease}:${name}`], [holder, ms])) === 1;
}
