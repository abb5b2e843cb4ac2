import type { RedisClient } from './connect.js';

/** Read at a time while looking for a place. */
const CHUNK = 1_000;

/**
 * The waiting behind `seen`, newest first: they join at the head and leave at the tail. If `seen` is not there any more it
 * was taken out of the middle, or everything behind it has left as well: the next older one is where to read on.
 */
export async function readWaiting(
  client: RedisClient,
  key: string,
  limit: number,
  seen: string | undefined,
): Promise<readonly string[]> {
  if (seen === undefined) return client.lrange(key, 0, limit - 1);
  const at = await client.lpos(key, seen);
  if (at !== null) return client.lrange(key, at + 1, at + limit);
  for (let start = 0; ; start += CHUNK) {
    const chunk = await client.lrange(key, start, start + CHUNK - 1);
    const older = chunk.findIndex((id) => id < seen);
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
