import type { DeliveryState, DeliveryView } from '../model/delivery.js';
import { isDeliveryId } from '../model/ids.js';
import type { RedisClient } from './connect.js';
import { readClaim } from './claim-text.js';
import { timeOfId } from './id-time.js';
import { readHash } from './job-hash.js';
import { keysOf } from './keys.js';
import { listIds, type Place } from './list-ids.js';
import { readJob } from './read-job.js';
import type { Seal } from './seal.js';

export interface ListFilter {
  readonly source?: string;
  readonly state?: DeliveryState;
  readonly limit: number;
  readonly cursor?: string;
}

export type DeliveryReader = ReturnType<typeof createDeliveryReader>;

/** Reads deliveries for people. Nothing here scans: every page costs the same at any depth. */
export function createDeliveryReader(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly sources: () => readonly string[];
  readonly seal: Seal;
}) {
  const { client, prefix, sources, seal } = deps;

  const read = async ({ source, id }: Place): Promise<DeliveryView | undefined> => {
    const { base } = keysOf(prefix, source);
    const [hash, delayedScore, locked] = await Promise.all([
      readHash(client, base + id),
      client.zscore(`${base}delayed`, id),
      client.exists(`${base}${id}:lock`),
    ]);
    return readJob(source, id, hash, { delayedScore, locked: locked === 1 }, seal);
  };

  /** An id does not tell its source: each is asked, in one round trip. */
  const locate = async (id: string): Promise<Place | undefined> => {
    const names = sources();
    const found = await Promise.all(names.map((source) => client.exists(keysOf(prefix, source).job(id))));
    const source = names[found.indexOf(1)];
    return source === undefined ? undefined : { source, id };
  };

  const show = async (id: string): Promise<DeliveryView | undefined> => {
    if (!isDeliveryId(id)) return undefined;
    const place = await locate(id);
    return place === undefined ? undefined : read(place);
  };

  return {
    show,
    locate,
    read,

    async findByJobId(jobId: string): Promise<DeliveryView | undefined> {
      const holders = await Promise.all(
        sources().map((source) => client.get(keysOf(prefix, source).jobId(jobId))),
      );
      const id = holders.find((holder) => holder !== null);
      return id === undefined || id === null ? undefined : show(id);
    },

    /** The deliveries of the event that holds this key, while its window lasts. */
    async findByDeliveryKey(source: string, key: string): Promise<readonly DeliveryView[]> {
      const claim = await client.get(keysOf(prefix, source).claim(key));
      const ids = claim === null ? [] : (readClaim(claim)?.deliveries ?? []);
      const views = await Promise.all(ids.map((id) => read({ source, id })));
      return views.filter((view) => view !== undefined);
    },

    /** Newest first, by acceptance; for a state, by when it was entered. */
    async list(
      filter: ListFilter,
    ): Promise<{ readonly items: readonly DeliveryView[]; readonly cursor?: string }> {
      const names = filter.source === undefined ? sources() : [filter.source];
      const page = await listIds(client, prefix, names, filter);
      const views = await Promise.all(page.places.map(read));
      const items = views.filter((view) => view !== undefined);
      return page.cursor === undefined ? { items } : { items, cursor: page.cursor };
    },

    /** How many deliveries are in each state, by source: lengths, not scans. */
    async counts(): Promise<ReadonlyMap<string, Readonly<Record<DeliveryState, number>>>> {
      const entries = await Promise.all(
        sources().map(async (source): Promise<[string, Record<DeliveryState, number>]> => {
          const { base, discarded: discardedKey } = keysOf(prefix, source);
          const [waiting, active, scheduled, delivered, dead, discarded] = await Promise.all([
            client.llen(`${base}wait`),
            client.llen(`${base}active`),
            client.zcard(`${base}delayed`),
            client.zcard(`${base}completed`),
            client.zcard(`${base}failed`),
            client.zcard(discardedKey),
          ]);
          return [source, { queued: waiting, active, scheduled, delivered, dead, discarded }];
        }),
      );
      return new Map(entries);
    },

    /** Unix milliseconds at which the oldest delivery that has not ended was accepted, as far as the ends of the lists tell. */
    async oldestPending(): Promise<number | undefined> {
      const ids = await Promise.all(
        sources().flatMap((source) => {
          const { base } = keysOf(prefix, source);
          return [
            client.lindex(`${base}wait`, -1),
            client.lindex(`${base}active`, -1),
            client.zrange(`${base}delayed`, '0', '0').then(([id]) => id ?? null),
          ];
        }),
      );
      const known = ids.filter((id) => id !== null).map(timeOfId);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}
