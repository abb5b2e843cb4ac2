import type { RedisClient } from './connect.js';
import { defineScript, runScript } from './script.js';

const BEAT_MS = 1_000;
/** A worker that was not heard of for so long is gone, and its part goes to the others. */
const GONE_MS = 5_000;
/** Time in which every other worker has seen a newcomer and given up its part for it. */
const SETTLE_MS = 1_500;

/** By Redis' own clock, so that the workers' clocks need not agree. Answers all that live, in the order of their names. */
const BEAT = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(members)
return members
`);

export interface WorkerPlaces {
  /** `undefined` until it is known; the last one while Redis is away. */
  place(): { readonly count: number; readonly rank: number } | undefined;
  close(): Promise<void>;
}

function keyOf(prefix: string): string {
  return `${prefix}:{workers}`;
}

/**
 * Tells every worker process how many there are and which of them it is. A newcomer takes no part until the others
 * have had time to see it.
 */
export function joinWorkers(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly id: string;
  readonly changed: () => void;
}): WorkerPlaces {
  const { client, prefix, id, changed } = deps;
  let current: { count: number; rank: number } | undefined;
  let joinedAt: number | undefined;
  let closed = false;

  const beat = async (): Promise<void> => {
    const reply = await runScript(client, BEAT, [keyOf(prefix)], [id, GONE_MS]);
    const members = Array.isArray(reply) ? reply.map(String) : [];
    joinedAt ??= performance.now();
    const alone = members.length === 1;
    if (current === undefined && !alone && performance.now() - joinedAt < SETTLE_MS) return;
    const next = { count: members.length, rank: members.indexOf(id) };
    if (current?.count === next.count && current.rank === next.rank) return;
    current = next;
    changed();
  };

  let beating = Promise.resolve();
  const go = (): void => {
    // While Redis is away the last place stands
    beating = beating.then(() => (closed ? undefined : beat())).catch(() => undefined);
  };
  go();
  const timer = setInterval(go, BEAT_MS);
  return {
    place: () => current,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await beating;
      await client.zrem(keyOf(prefix), id).catch(() => 0);
    },
  };
}

/** How many worker processes live. */
export async function countWorkers(client: RedisClient, prefix: string): Promise<number> {
  const [seconds] = await client.time();
  return client.zcount(keyOf(prefix), Number(seconds) * 1_000 - GONE_MS, '+inf');
}
