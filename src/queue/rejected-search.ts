import type { RejectedRequest } from '../model/arrival.js';
import { Problem } from '../model/problem.js';
import type { RejectedStore } from './rejected-store.js';

const SCAN = 2_000;
const CHUNK = 200;

export interface RejectedSearch {
  readonly source?: string;
  readonly cause?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** Looks through rejected requests, newest first, at most 2,000 a call. Throws `Problem` bad_request for a foreign cursor. */
export async function searchRejected(
  store: Pick<RejectedStore, 'list'>,
  { source, cause, limit, cursor }: RejectedSearch,
): Promise<{
  readonly items: readonly RejectedRequest[];
  readonly cursor?: string;
  readonly scanned: number;
  readonly complete: boolean;
}> {
  if (cursor !== undefined && !/^\d{1,16}~\S{1,200}$/.test(cursor))
    throw new Problem('bad_request', 400, 'The cursor is none that this list gave out.');
  const items: RejectedRequest[] = [];
  let at = cursor;
  for (let scanned = 0; ;) {
    const page = await store.list({
      limit: cause === undefined ? limit : CHUNK,
      ...(source === undefined ? {} : { source }),
      ...(at === undefined ? {} : { cursor: at }),
    });
    for (const [i, item] of page.items.entries()) {
      if (cause !== undefined && item.cause !== cause) continue;
      items.push(item);
      const isLast = i === page.items.length - 1 && page.cursor === undefined;
      if (items.length === limit && !isLast)
        return { items, scanned: scanned + i + 1, complete: false, cursor: `${item.at}~${item.id}` };
    }
    scanned += page.items.length;
    if (page.cursor === undefined) return { items, scanned, complete: true };
    at = page.cursor;
    if (scanned >= SCAN) return { items, scanned, complete: false, cursor: at };
  }
}
