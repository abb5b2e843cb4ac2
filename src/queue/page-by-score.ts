import type { RedisClient } from './connect.js';

export interface Scored {
  readonly id: string;
  readonly score: number;
}

/**
 * One page of a sorted set, highest score first, behind `from`. Entries of equal score sort by id, descending: those at
 * or above its id were on a page before. There may be more of them than fit a page (a bulk discard, a flood), so they
 * are read past.
 */
export async function pageByScore(
  client: RedisClient,
  key: string,
  from: { readonly score: number | string; readonly id: string | undefined } | undefined,
  limit: number,
): Promise<readonly Scored[]> {
  const max = from === undefined ? '+inf' : from.score;
  const found: Scored[] = [];
  for (let offset = 0; found.length < limit; offset += limit) {
    const flat = await client.zrange(
      key,
      max,
      '-inf',
      'BYSCORE',
      'REV',
      'LIMIT',
      offset,
      limit,
      'WITHSCORES',
    );
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const entry = { id: flat[i] ?? '', score: Number(flat[i + 1]) };
      if (from?.id === undefined || entry.score < Number(from.score) || entry.id < from.id) found.push(entry);
    }
    if (flat.length < limit * 2) break;
  }
  return found.slice(0, limit);
}
