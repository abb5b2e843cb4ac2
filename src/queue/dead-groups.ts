import type { DeliveryView } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import type { DeliveryReader } from './delivery-reader.js';
import { keysOf } from './keys.js';

export interface DeadGroup<Cause> {
  readonly source: string;
  readonly cause: Cause;
  readonly count: number;
  /** Unix milliseconds at which the first and the last of them became dead. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest few. */
  readonly sampleIds: readonly string[];
}

export interface DeadGroupsAnswer<Cause> {
  readonly groups: readonly DeadGroup<Cause>[];
  readonly counted: number;
  readonly complete: boolean;
}

/** Dead letters looked at, of each source, the newest first; and of these, records read in one call. */
const LISTED = 20_000;
const READ = 2_000;
const SAMPLES = 5;

interface Known<Cause> {
  readonly at: number;
  readonly cause: Cause;
}

/**
 * Groups dead letters by cause. What one died of does not change while it is dead, so each record is read once in the
 * life of the process; a call costs the list of ids and what is new in it.
 */
export function createDeadGroups<Cause extends { readonly fingerprint: string }>(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly reader: Pick<DeliveryReader, 'read'>;
  readonly sources: () => readonly string[];
  readonly causeOf: (view: DeliveryView) => Cause;
}): (source?: string) => Promise<DeadGroupsAnswer<Cause>> {
  const { client, prefix, reader, sources, causeOf } = deps;
  let known = new Map<string, Known<Cause>>();

  const listDead = async (source: string): Promise<readonly { source: string; id: string; at: number }[]> => {
    const key = `${keysOf(prefix, source).base}failed`;
    const flat = await client.zrange(key, '0', String(LISTED - 1), 'REV', 'WITHSCORES');
    const dead: { source: string; id: string; at: number }[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2)
      dead.push({ source, id: flat[i] ?? '', at: Number(flat[i + 1]) });
    return dead;
  };

  return async (only) => {
    const names = sources().filter((name) => only === undefined || name === only);
    const lists = await Promise.all(names.map(listDead));
    const dead = lists.flat();
    const fresh = dead.filter(({ id, at }) => known.get(id)?.at !== at);
    const views = await Promise.all(
      fresh.slice(0, READ).map(async (place) => ({ ...place, view: await reader.read(place) })),
    );
    for (const { id, at, view } of views)
      if (view?.state === 'dead') known.set(id, { at, cause: causeOf(view) });
    // What is dead no more is forgotten, so that the memory of it is bounded as well
    if (only === undefined) {
      const there = new Set(dead.map(({ id }) => id));
      known = new Map([...known].filter(([id]) => there.has(id)));
    }

    const groups = new Map<string, DeadGroup<Cause>>();
    let counted = 0;
    for (const { source, id, at } of dead) {
      const found = known.get(id);
      if (found?.at !== at) continue;
      counted += 1;
      const name = `${source} ${found.cause.fingerprint}`;
      const before = groups.get(name);
      groups.set(name, {
        source,
        cause: found.cause,
        count: (before?.count ?? 0) + 1,
        firstAt: Math.min(before?.firstAt ?? at, at),
        lastAt: Math.max(before?.lastAt ?? at, at),
        sampleIds: [...(before?.sampleIds ?? []), id].slice(0, SAMPLES),
      });
    }
    return {
      groups: [...groups.values()].sort((a, b) => b.count - a.count || b.lastAt - a.lastAt),
      counted,
      complete: fresh.length <= READ && lists.every((list) => list.length < LISTED),
    };
  };
}
