import type { RetentionSettings } from '../model/settings.js';
import type { RedisClient } from './connect.js';
import { deliveryIdPrefix, LUA_HOUR_OF } from './id-time.js';
import { keysOf, type SourceKeys } from './keys.js';
import { defineScript, runScript } from './script.js';

const EVERY_MS = 60_000;
/** Removed in one step: Redis does nothing else meanwhile. */
const BATCH = 200;
/** For each source and state in one sweep: more than 300 events a second, for ever. */
const BATCHES = 100;

/**
 * KEYS: 1 the sorted set they ended in · 2 index · 3 books. ARGV: 1 key base · 2 latest time · 3 how many · 4 state.
 * What is removed is booked, so that the books still balance when it is gone.
 */
const REMOVE = defineScript(`${LUA_HOUR_OF}
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(over) do
  redis.call('DEL', ARGV[1] .. id, ARGV[1] .. id .. ':logs')
  redis.call('ZREM', KEYS[1], id)
  if redis.call('ZREM', KEYS[2], id) == 1 then
    redis.call('HINCRBY', KEYS[3], 'removed:' .. ARGV[4], 1)
    redis.call('HINCRBY', KEYS[3] .. ':' .. hour_of(id), 'removed:' .. ARGV[4], 1)
  end
end
return #over
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
 * not book what it removes. Bounded work each time; what is left waits for the next.
 */
export async function sweep(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly queues: { readonly sources: readonly string[] };
  readonly retention: RetentionSettings;
  /** Unix milliseconds. */
  readonly now: number;
}): Promise<void> {
  const { client, prefix, queues, retention, now } = deps;
  for (const source of queues.sources) {
    const keys = keysOf(prefix, source);
    await remove(client, keys, `${keys.base}completed`, 'delivered', now - retention.delivered);
    await remove(client, keys, `${keys.base}failed`, 'dead', now - retention.dead);
    await remove(client, keys, keys.discarded, 'discarded', now - retention.dead);
    await removeStrays(client, keys, now - Math.max(retention.delivered, retention.dead));
  }
}

async function remove(
  client: RedisClient,
  { base, index, books }: SourceKeys,
  ended: string,
  state: string,
  latest: number,
): Promise<void> {
  for (let i = 0; i < BATCHES; i += 1) {
    const removed = await runScript(client, REMOVE, [ended, index, books], [base, latest, BATCH, state]);
    if (Number(removed) < BATCH) return;
  }
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
