import type { RejectedRequest } from '../model/arrival.js';
import { Problem } from '../model/problem.js';
import type { RedisClient } from './connect.js';
import { keptRejected, openRejected } from './kept-rejected.js';
import { keysOf } from './keys.js';
import { pageByScore } from './page-by-score.js';
import { defineScript, runScript } from './script.js';
import type { Seal } from './seal.js';

/** Requests of strangers kept for each source; quarantined ones are not counted and stay for their whole retention. */
const STRANGERS_KEPT = 1_000;
/** A request that names no source we have. */
const RETRY_AFTER_SECONDS = 10;

/**
 * KEYS: 1 record · 2 index of all · 3 index of those by strangers. ARGV: 1 id · 2 record · 3 time · 4 retention in ms ·
 * 5 key base of records · 6 how many strangers to keep, 0 = this one is authentic
 */
const RECORD = defineScript(`
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3] - ARGV[4])
local keep = tonumber(ARGV[6])
if keep == 0 then return 1 end
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
local over = redis.call('ZRANGE', KEYS[3], 0, -keep - 1)
for _, id in ipairs(over) do
  redis.call('DEL', ARGV[5] .. id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
return 1
`);

export type RejectedStore = ReturnType<typeof createRejectedStore>;

/** Requests that were not accepted: what people look at when a sender says "I did send it". */
export function createRejectedStore(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly retentionMs: number;
  readonly sources: () => readonly string[];
  readonly seal: Seal;
}) {
  const { client, prefix, retentionMs, sources, seal } = deps;
  const keys = (source: string): { record: (id: string) => string; all: string; strangers: string } => {
    const { base, rejected, rejectedIndex } = keysOf(prefix, source);
    return { record: rejected, all: rejectedIndex, strangers: `${base}rejected-strangers` };
  };

  const show = async (id: string): Promise<RejectedRequest | undefined> => {
    const found = await Promise.all(sources().map((source) => client.get(keys(source).record(id))));
    return openRejected(seal, found.find((text) => text !== null) ?? null);
  };

  return {
    show,

    /** Rejects with `Problem` store_unavailable when Redis does not take it. */
    async record(rejected: RejectedRequest): Promise<void> {
      const { record, all, strangers } = keys(rejected.source);
      const keep = rejected.quarantined === undefined ? STRANGERS_KEPT : 0;
      const args = [rejected.id, keptRejected(seal, rejected), rejected.at, retentionMs, record(''), keep];
      await runScript(client, RECORD, [record(rejected.id), all, strangers], args).catch((error: unknown) => {
        throw new Problem(
          'store_unavailable',
          503,
          'The bridge cannot store this right now; send it again later.',
          {
            retryAfterSeconds: RETRY_AFTER_SECONDS,
            cause: error instanceof Error ? error.message : String(error),
          },
        );
      });
    },

    /** Newest first; the cursor is `time~id` of the last one shown. */
    async list(filter: {
      readonly source?: string;
      readonly limit: number;
      readonly cursor?: string;
    }): Promise<{
      readonly items: readonly RejectedRequest[];
      readonly cursor?: string;
    }> {
      const [time = '+inf', after] = filter.cursor?.split('~') ?? [];
      const from = { score: time, id: after };
      const names = filter.source === undefined ? sources() : [filter.source];
      const found = await Promise.all(
        names.map(async (source) => {
          const entries = await pageByScore(client, keys(source).all, from, filter.limit);
          return entries.map(({ id, score }) => ({ source, id, at: score }));
        }),
      );
      const page = found
        .flat()
        .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
        .slice(0, filter.limit);
      const records = await Promise.all(page.map(({ source, id }) => client.get(keys(source).record(id))));
      const items = records.map((text) => openRejected(seal, text)).filter((record) => record !== undefined);
      const last = page.at(-1);
      return page.length < filter.limit || last === undefined
        ? { items }
        : { items, cursor: `${last.at}~${last.id}` };
    },

    async remove(rejected: Pick<RejectedRequest, 'id' | 'source'>): Promise<void> {
      const { record, all, strangers } = keys(rejected.source);
      await Promise.all([
        client.del(record(rejected.id)),
        client.zrem(all, rejected.id),
        client.zrem(strangers, rejected.id),
      ]);
    },
  };
}
