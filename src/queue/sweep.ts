import type { RetentionSettings } from '../model/settings.js';
import type { RedisClient } from './connect.js';
import { deliveryIdPrefix, LUA_HOUR_OF } from './id-time.js';
import { keysOf, type SourceKeys } from './keys.js';
import { defineScript, runScript, type Script, type ScriptCall } from './script.js';

const EVERY_MS = 60_000;
/** Removed in one step: Redis does nothing else meanwhile. */
const BATCH = 200;
/** For each source and state in one sweep: more than 10,000 events a second, for ever. */
const BATCHES = 3_000;
/** Of the memory that Redis is limited to, where nothing else is said: the rest is for what comes in. */
const ROOM_TO_KEEP = 0.8;

/** What is removed is booked, so that the books still balance when it is gone. */
const LUA_REMOVE = `${LUA_HOUR_OF}
local function remove(ended, index, books, base, state, ids)
  for _, id in ipairs(ids) do
    redis.call('DEL', base .. id, base .. id .. ':logs')
    redis.call('ZREM', ended, id)
    if redis.call('ZREM', index, id) == 1 then
      redis.call('HINCRBY', books, 'removed:' .. state, 1)
      redis.call('HINCRBY', books .. ':' .. hour_of(id), 'removed:' .. state, 1)
    end
  end
  return #ids
end
`;

/** KEYS: 1 the sorted set they ended in · 2 index · 3 books. ARGV: 1 key base · 2 state · 3 how many · 4 latest time. */
const REMOVE_OLD = defineScript(`${LUA_REMOVE}
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[4], 'LIMIT', 0, ARGV[3])
return remove(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], old)
`);

/**
 * The oldest, as long as this shard's Redis uses more memory than it should. KEYS and ARGV 1 to 3 as above; ARGV: 4 bytes,
 * or 0 for its share of `maxmemory`.
 */
const REMOVE_FOR_ROOM = defineScript(`${LUA_REMOVE}
local info = redis.call('INFO', 'memory')
local limit = tonumber(ARGV[4])
if limit == 0 then limit = tonumber(string.match(info, '%smaxmemory:(%d+)')) * ${ROOM_TO_KEEP} end
if limit == 0 or tonumber(string.match(info, 'used_memory:(%d+)')) <= limit then return 0 end
local oldest = redis.call('ZRANGE', KEYS[1], 0, ARGV[3] - 1)
return remove(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], oldest)
`);

/** KEYS: 1 index · 2 books. ARGV: 1 key base · 2 lower bound · 3 upper bound · 4 how many. Answers the last id seen. */
const REMOVE_STRAYS = defineScript(`${LUA_HOUR_OF}
local ids = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3], 'BYLEX', 'LIMIT', 0, ARGV[4])
for _, id in ipairs(ids) do
  if redis.call('EXISTS', ARGV[1] .. id) == 0 then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HINCRBY', KEYS[2], 'missing', 1)
    redis.call('HINCRBY', KEYS[2] .. ':' .. hour_of(id), 'missing', 1)
  end
end
return ids[tonumber(ARGV[4])] or ''
`);

/**
 * Enforces retention by age, even while nothing else happens: BullMQ itself looks only when another job ends, and does
 * not book what it removes. Where Redis runs short of memory, the oldest delivered events go before their time, and only
 * they. Bounded work each time; what is left waits for the next. Answers how many went before their time.
 */
export async function sweep(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly queues: { readonly sources: readonly string[] };
  readonly retention: RetentionSettings;
  /** Unix milliseconds. */
  readonly now: number;
}): Promise<number> {
  const { client, prefix, queues, retention, now } = deps;
  const { delivered, dead, maxMemory = 0 } = retention;
  const all = queues.sources.map((source) => keysOf(prefix, source));
  for (const keys of all) {
    const remove = async (ended: string, state: string, latest: number): Promise<void> => {
      const call = removal(REMOVE_OLD, keys, { ended, state, bound: latest });
      for (let i = 0; i < BATCHES; i += 1) if ((await removeSome(client, call)) < BATCH) return;
    };
    await remove(`${keys.base}completed`, 'delivered', now - delivered);
    await remove(`${keys.base}failed`, 'dead', now - dead);
    await remove(keys.discarded, 'discarded', now - dead);
    await removeStrays(client, keys, now - Math.max(delivered, dead));
  }
  return makeRoom(client, all, maxMemory);
}

/** Of all sources in turn, so that none gives up more than its part. */
async function makeRoom(client: RedisClient, all: readonly SourceKeys[], maxMemory: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < BATCHES; i += 1) {
    const before = sum;
    for (const keys of all) {
      const ended = `${keys.base}completed`;
      sum += await removeSome(
        client,
        removal(REMOVE_FOR_ROOM, keys, { ended, state: 'delivered', bound: maxMemory }),
      );
    }
    if (sum === before) break;
  }
  return sum;
}

function removal(
  script: Script,
  { base, index, books }: SourceKeys,
  { ended, state, bound }: { readonly ended: string; readonly state: string; readonly bound: number },
): ScriptCall {
  return { script, keys: [ended, index, books], args: [base, state, BATCH, bound] };
}

async function removeSome(client: RedisClient, { script, keys, args }: ScriptCall): Promise<number> {
  return Number(await runScript(client, script, keys, args));
}

/**
 * An entry of the index whose job is gone though nobody removed it is a loss, which an audit shall find: it stays for as
 * long as the longest retention, and then in the books.
 */
async function removeStrays(client: RedisClient, keys: SourceKeys, before: number): Promise<void> {
  let after = '-';
  for (let i = 0; i < BATCHES; i += 1) {
    const args = [keys.base, after, `(${deliveryIdPrefix(before)}`, BATCH];
    const last = String(await runScript(client, REMOVE_STRAYS, [keys.index, keys.books], args));
    if (last === '') return;
    after = `(${last}`;
  }
}

/** Runs the sweep every minute until stopped; a sweep that fails (Redis away) is made up for by the next. */
export function startSweeping(run: () => Promise<void>): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(run).catch(() => undefined);
  }, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
