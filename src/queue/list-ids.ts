import type { DeliveryState } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import { keysOf } from './keys.js';
import { readCursor, writeCursor, type Cursor } from './list-cursor.js';
import { pageByScore } from './page-by-score.js';
import { readActive, readWaiting } from './read-bull-list.js';

/** Where a delivery is kept. */
export interface Place {
  readonly source: string;
  readonly id: string;
}

export interface Ranked extends Place {
  /** What the page is sorted by, descending; ids sort by time. */
  readonly rank: number;
}

export interface IdPage {
  readonly places: readonly Ranked[];
  readonly cursor?: string;
  /** The cursor behind the first `n` of these places. */
  readonly cursorAfter: (n: number) => string | undefined;
}

/** One of them is likely to wait still when the next page is asked for. */
const ANCHORS = 5;

/** The sorted sets behind the states that have one. */
const SORTED: Readonly<Partial<Record<DeliveryState, string>>> = {
  scheduled: 'delayed',
  delivered: 'completed',
  dead: 'failed',
  discarded: 'discarded',
};

/** One page of ids over several sources, newest first, with the cursor of the next one. */
export async function listIds(
  client: RedisClient,
  prefix: string,
  sources: readonly string[],
  filter: { readonly state?: DeliveryState; readonly limit: number; readonly cursor?: string },
): Promise<IdPage> {
  const { state, limit } = filter;
  const cursor = readCursor(filter.cursor);
  const found = await Promise.all(
    sources.map(async (source): Promise<readonly Ranked[]> => {
      const { base, index } = keysOf(prefix, source);
      const sorted = state === undefined ? undefined : SORTED[state];
      if (sorted !== undefined) {
        const from = cursor === undefined ? undefined : { score: cursor.rank, id: cursor.id };
        const page = await pageByScore(client, base + sorted, from, limit);
        return page.map(({ id, score }) => ({ source, id, rank: score }));
      }
      const ids =
        state === 'queued'
          ? await readWaiting(client, `${base}wait`, limit, cursor?.seen?.[source])
          : state === 'active'
            ? await readActive(client, `${base}active`, limit, cursor?.id)
            : await byIndex(client, index, limit, cursor);
      return ids.map((id) => ({ source, id, rank: 0 }));
    }),
  );
  const places = mergeNewestFirst(found, limit);
  const cursorAfter = (n: number): string | undefined => {
    const shown = places.slice(0, n);
    const last = shown.at(-1);
    if (last === undefined) return filter.cursor;
    const { rank, id } = last;
    if (state !== 'queued') return writeCursor({ rank, id });
    // A waiting list is in its own order, so how far each was read is kept for each
    const seen: Record<string, readonly string[]> = { ...cursor?.seen };
    for (const place of shown)
      seen[place.source] = [place.id, ...(seen[place.source] ?? [])].slice(0, ANCHORS);
    return writeCursor({ rank, id, seen });
  };
  const next = places.length < limit ? undefined : cursorAfter(places.length);
  return { places, cursorAfter, ...(next === undefined ? {} : { cursor: next }) };
}

/** Takes from the heads of the sources' lists whichever is newest, so that each list keeps its own order. */
function mergeNewestFirst(lists: readonly (readonly Ranked[])[], limit: number): readonly Ranked[] {
  const heads = lists.map(() => 0);
  const merged: Ranked[] = [];
  while (merged.length < limit) {
    let best = -1;
    let newest: Ranked | undefined;
    for (const [i, list] of lists.entries()) {
      const head = list[heads[i] ?? 0];
      if (head === undefined || (newest !== undefined && !isNewer(head, newest))) continue;
      best = i;
      newest = head;
    }
    if (newest === undefined) break;
    heads[best] = (heads[best] ?? 0) + 1;
    merged.push(newest);
  }
  return merged;
}

function isNewer(a: Ranked, b: Ranked): boolean {
  return a.rank === b.rank ? a.id > b.id : a.rank > b.rank;
}

function byIndex(
  client: RedisClient,
  key: string,
  limit: number,
  cursor: Cursor | undefined,
): Promise<string[]> {
  const below = cursor === undefined ? '+' : `(${cursor.id}`;
  return client.zrange(key, below, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit);
}
