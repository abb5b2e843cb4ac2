import { open, type Database } from 'lmdb';
import type { Arrival, Stored } from '../model/arrival.js';
import { deliveryId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import { SealedError } from '../model/sealed-error.js';
import type { Seal } from './seal.js';
import {
  claimName,
  duplicateOf,
  readEntry,
  receivedAt,
  writeEntry,
  type Claim,
  type Entry,
} from './spool-entry.js';

/** LMDB needs room for its tree and for pages that a reader still holds, beside the entries themselves. */
const MAP_HEADROOM = 2;
const MAP_EXTRA = 64 << 20;
/** One batch is read into memory whole. */
const BATCH_BYTES = 8 << 20;
const RETRY_AFTER_SECONDS = 10;

export interface SpoolStats {
  /** Waiting to be moved to Redis. */
  readonly events: number;
  /** Put aside, because Redis takes everything but them. */
  readonly parked: number;
  /** Disk that the events and their claims are counted with; LMDB's file never shrinks. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Unix milliseconds at which the oldest waiting event was received. */
  readonly oldestAt: number | undefined;
}

/** A piece of the spool in order of arrival, and what shall become of each. */
export interface SpoolBatch {
  readonly arrivals: readonly Arrival[];
  /** Why others between them cannot be read; settling puts these aside. */
  readonly unreadable: readonly string[];
  /** Durably, by position: `stored` ones are forgotten, `parked` ones put aside, the others stay where they are. */
  settle(fates: readonly ('stored' | 'parked' | 'kept')[]): Promise<void>;
}

export interface Spool {
  /** Resolves once all are on disk (fsync). Rejects with `Problem` store_unavailable, and keeps none, when the spool is full. */
  put(arrivals: readonly Arrival[]): Promise<readonly Stored[]>;
  /** The answer to an arrival whose delivery key is held by an event in here. */
  held(arrival: Arrival): Stored | undefined;
  /** The oldest events, at most `limit` and a few megabytes; `undefined` when there are none. */
  next(limit: number): SpoolBatch | undefined;
  /** Parked events wait again, where they stood. */
  unpark(): Promise<void>;
  stats(): SpoolStats;
  close(): Promise<void>;
}

/**
 * The local durable buffer for while Redis cannot take writes. Kept in LMDB: every commit is fsynced before `put`
 * resolves, and a kill at any point leaves the last commit whole. One process at a time has a folder: see `claimSpool`.
 */
export function openSpool(options: {
  readonly dir: string;
  readonly maxBytes: number;
  readonly seal: Seal;
  readonly now: () => number;
}): Spool {
  const { dir, maxBytes, seal, now } = options;
  // overlappingSync off: a commit is on disk when its promise resolves, not some time later
  const root = open({
    path: dir,
    overlappingSync: false,
    maxDbs: 4,
    mapSize: maxBytes * MAP_HEADROOM + MAP_EXTRA,
  });
  const ordered = { encoding: 'string', keyEncoding: 'ordered-binary' } as const;
  const entries: Database<string, number> = root.openDB({ name: 'entries', ...ordered });
  const parked: Database<string, number> = root.openDB({ name: 'parked', ...ordered });
  const claims: Database<Claim, string> = root.openDB({ name: 'claims', encoding: 'json' });
  const meta: Database<number, string> = root.openDB({ name: 'meta', encoding: 'json' });

  const heldBy = (name: string): Claim | undefined => {
    const claim = claims.get(name);
    return claim !== undefined && claim.until > now() ? claim : undefined;
  };

  /** Everything is decided before anything is written: LMDB commits what a callback wrote before it threw. */
  const putAll = (arrivals: readonly Arrival[]): readonly Stored[] => {
    const texts: string[] = [];
    const fresh = new Map<string, Claim>();
    let bytes = meta.get('bytes') ?? 0;
    const answers = arrivals.map((arrival): Stored => {
      const { event, routes } = arrival;
      const name = claimName(event);
      const first = fresh.get(name) ?? heldBy(name);
      if (first !== undefined && event.dedupeWindowMs > 0) return duplicateOf(first, event.id);
      const deliveries = routes.map((route) => deliveryId(event.id, route));
      const claim: Claim = { eventId: event.id, deliveries, until: now() + event.dedupeWindowMs };
      const { text, cost } = writeEntry(seal, arrival, claim);
      bytes += cost;
      texts.push(text);
      if (event.dedupeWindowMs > 0) fresh.set(name, claim);
      return { eventId: event.id, status: 'spooled', deliveries };
    });
    if (texts.length === 0) return answers;
    if (bytes > maxBytes) throw cannotStore('Redis takes no writes and the spool is full');
    // Numbers are never given again: one of a parked entry may be the highest
    let next = meta.get('next') ?? 1;
    for (const text of texts) void entries.put(next++, text);
    for (const [name, claim] of fresh) void claims.put(name, claim);
    void meta.put('next', next);
    void meta.put('bytes', bytes);
    return answers;
  };

  const forget = (key: number, { arrival, cost }: Entry): void => {
    const name = claimName(arrival.event);
    void entries.remove(key);
    // Its window may be over and the delivery key another event's by now
    if (claims.get(name)?.eventId === arrival.event.id) void claims.remove(name);
    void meta.put('bytes', Math.max(0, (meta.get('bytes') ?? 0) - cost));
  };

  const putAside = (key: number, text: string): void => {
    if (entries.get(key) === undefined) return;
    void entries.remove(key);
    void parked.put(key, text);
  };

  return {
    put: async (arrivals) => {
      try {
        return await root.transaction(() => putAll(arrivals));
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw cannotStore(`the spool fails: ${error instanceof Error ? error.message : String(error)}`);
      }
    },

    held: ({ event }) => {
      if (event.dedupeWindowMs === 0) return undefined;
      const claim = heldBy(claimName(event));
      return claim === undefined ? undefined : duplicateOf(claim, event.id);
    },

    next: (limit) => {
      const found: { key: number; text: string; entry: Entry }[] = [];
      const closed: { key: number; text: string; cause: string }[] = [];
      let bytes = 0;
      for (const { key, value } of entries.getRange({ limit })) {
        bytes += value.length;
        if (found.length > 0 && bytes > BATCH_BYTES) break;
        const entry = readEntry(seal, value);
        if (entry instanceof SealedError) closed.push({ key, text: value, cause: entry.message });
        else found.push({ key, text: value, entry });
      }
      if (found.length + closed.length === 0) return undefined;
      return {
        arrivals: found.map(({ entry }) => entry.arrival),
        unreadable: closed.map(({ cause }) => cause),
        settle: (fates) =>
          root.transaction(() => {
            for (const { key, text } of closed) putAside(key, text);
            for (const [i, { key, text, entry }] of found.entries()) {
              // Another process that drains the same spool was faster
              if (fates[i] === 'kept' || fates[i] === undefined || entries.get(key) === undefined) continue;
              if (fates[i] === 'stored') forget(key, entry);
              else putAside(key, text);
            }
          }),
      };
    },

    unpark: () =>
      root.transaction(() => {
        // Read whole before it is changed
        const found = Array.from(parked.getRange({ limit: 1_000 }));
        for (const { key, value } of found) {
          void parked.remove(key);
          void entries.put(key, value);
        }
      }),

    stats: () => {
      const [oldest] = [...entries.getRange({ limit: 1 })];
      return {
        events: countOf(entries),
        parked: countOf(parked),
        bytes: meta.get('bytes') ?? 0,
        maxBytes,
        oldestAt: oldest === undefined ? undefined : receivedAt(oldest.value),
      };
    },
    close: () => root.close(),
  };
}

/** LMDB keeps the number; `getCount` would walk through them all. */
function countOf(database: Database<string, number>): number {
  const { entryCount = 0 }: { readonly entryCount?: number } = database.getStats();
  return entryCount;
}

function cannotStore(cause: string): Problem {
  return new Problem(
    'store_unavailable',
    503,
    'The bridge cannot store events right now; send this again later.',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    },
  );
}
