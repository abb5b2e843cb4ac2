import type { RedisClient } from './connect.js';
import { timeOfId } from './id-time.js';

/** Read at a time while looking for a place. */
const CHUNK = 1_000;

/**
 * The waiting behind those that were `seen` (the last one first), newest first: they join at the head and leave at the
 * tail. Where none is there any more, all were taken out of the middle or everything behind them has left as well: it goes
 * on with what was accepted in the same millisecond or before, which may show a few again but leaves none out.
 */
export async function readWaiting(
  client: RedisClient,
  key: string,
  limit: number,
  seen: readonly string[] = [],
): Promise<readonly string[]> {
  const [last] = seen;
  if (last === undefined) return client.lrange(key, 0, limit - 1);
  for (const id of seen) {
    const at = await client.lpos(key, id);
    if (at !== null) return client.lrange(key, at + 1, at + limit);
  }
  for (let start = 0; ; start += CHUNK) {
    const chunk = await client.lrange(key, start, start + CHUNK - 1);
    const older = chunk.findIndex((id) => timeOfId(id) <= timeOfId(last));
    if (older >= 0) return client.lrange(key, start + older, start + older + limit - 1);
    if (chunk.length < CHUNK) return [];
  }
}

/** Those being worked on, newest first: as many as workers have hands, and they come and go anywhere in the list. */
export async function readActive(
  client: RedisClient,
  key: string,
  limit: number,
  below: string | undefined,
): Promise<readonly string[]> {
  const ids = await client.lrange(key, 0, -1);
  return ids
    .filter((id) => below === undefined || id < below)
    .sort((a, b) => (a < b ? 1 : -1))
    .slice(0, limit);
}
