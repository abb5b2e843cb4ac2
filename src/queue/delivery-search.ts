import type { DeliveryState, DeliveryView } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import type { DeliveryReader } from './delivery-reader.js';
import { deliveryIdPrefix } from './id-time.js';
import { writeCursor } from './list-cursor.js';
import { listIds, type Ranked } from './list-ids.js';

export interface SearchQuery {
  readonly source?: string;
  readonly state?: DeliveryState;
  /** Unix milliseconds of an id: of the acceptance or, for a replay, of the wish for it. */
  readonly from?: number;
  /** Excluded. */
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
  /** What no index knows is asked of each record. */
  readonly matches: (view: DeliveryView) => boolean;
}

export interface SearchPage {
  readonly items: readonly DeliveryView[];
  readonly cursor?: string;
  readonly scanned: number;
  readonly complete: boolean;
}

/** Records looked at for one page: some 200 ms of work, whatever is searched for. */
const SCAN = 2_000;
const CHUNK = 200;
/** States that are listed by when they were entered, which is after the acceptance by clocks that differ by less. */
const ENTERED: ReadonlySet<DeliveryState> = new Set(['delivered', 'dead', 'discarded']);
const CLOCKS_DIFFER_MS = 300_000;

/** Looks through deliveries, newest first, at most `scan` records a call; the cursor goes on from there. */
export function createDeliverySearch(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly reader: Pick<DeliveryReader, 'read'>;
  readonly sources: () => readonly string[];
  readonly scan?: number;
}): (query: SearchQuery) => Promise<SearchPage> {
  const { client, prefix, reader, sources, scan = SCAN } = deps;

  return async (query) => {
    const { state, limit, matches } = query;
    const names = sources().filter((name) => query.source === undefined || name === query.source);
    const lowest = query.from === undefined ? undefined : deliveryIdPrefix(query.from);
    const highest = query.to === undefined ? undefined : deliveryIdPrefix(query.to);
    const inTime = ({ id }: Ranked): boolean =>
      (lowest === undefined || id >= lowest) && (highest === undefined || id < highest);
    /** Whether this one and all behind it are too old. */
    const isPast = ({ id, rank }: Ranked): boolean => {
      if (lowest === undefined || query.from === undefined) return false;
      if (state === undefined) return id < lowest;
      return ENTERED.has(state) && rank < query.from - CLOCKS_DIFFER_MS;
    };

    const items: DeliveryView[] = [];
    // The index is in the order of ids, so it can be entered at any time
    let cursor =
      query.cursor ??
      (state === undefined && highest !== undefined ? writeCursor({ rank: 0, id: highest }) : undefined);
    let scanned = 0;
    for (;;) {
      // Where most of them match, a page of the list is a page of this
      const size = Math.min(scanned === 0 ? limit : CHUNK, CHUNK, scan - scanned);
      const page = await listIds(client, prefix, names, {
        limit: size,
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const end = page.places.findIndex(isPast);
      const looked = end < 0 ? page.places : page.places.slice(0, end);
      const views = await Promise.all(
        looked.map((place) => (inTime(place) ? reader.read(place) : Promise.resolve(undefined))),
      );
      for (const [i, view] of views.entries()) {
        // Whatever moved on between the list and the record is in another state by now
        if (view === undefined || (state !== undefined && view.state !== state) || !matches(view)) continue;
        items.push(view);
        if (items.length < limit) continue;
        const last = i === looked.length - 1 && (end >= 0 || page.cursor === undefined);
        return done(items, scanned + i + 1, last ? undefined : page.cursorAfter(i + 1));
      }
      scanned += looked.length;
      if (end >= 0 || page.cursor === undefined) return done(items, scanned, undefined);
      cursor = page.cursor;
      if (scanned >= scan) return done(items, scanned, cursor);
    }
  };
}

function done(items: readonly DeliveryView[], scanned: number, cursor: string | undefined): SearchPage {
  return { items, scanned, complete: cursor === undefined, ...(cursor === undefined ? {} : { cursor }) };
}
