import { listAt, numberAt, textAt } from '../ops/console/fields.js';
import type { ApiClient, Query } from './api-client.js';

/** Of one request, at most; the bridge takes no more. */
const MOST = 200;

export interface ReadPage {
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
  /** How many were looked at to find these, where the bridge says so. */
  readonly scanned: number;
}

/**
 * The first `limit` items of a list, however many pages that takes: a filter without an index makes pages that are short
 * or empty and still not the last.
 */
export async function readPage(api: ApiClient, path: string, query: Query, limit: number): Promise<ReadPage> {
  const items: unknown[] = [];
  let { cursor } = query;
  let scanned = 0;
  do {
    const asked = { ...query, cursor, limit: String(Math.min(MOST, limit - items.length)) };
    const page = await api.get(path, asked);
    items.push(...listAt(page, 'items'));
    scanned += numberAt(page, 'scanned') ?? listAt(page, 'items').length;
    cursor = textAt(page, 'next_cursor');
  } while (cursor !== undefined && items.length < limit);
  return { items, next_cursor: cursor ?? null, scanned };
}
