import { isJsonObject } from '../model/json.js';
import { Problem } from '../model/problem.js';
import type { RedisClient } from './connect.js';
import { defineScript, runScript } from './script.js';

export interface AuditEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly action: string;
  readonly reason: string;
  readonly ids: readonly string[];
  readonly detail?: string;
}

/** A stream over all sources: one order of everything that anybody did. One hash tag, so that one script may write it all. */
const keysOfTrail = (prefix: string): { stream: string; of: (id: string) => string } => ({
  stream: `${prefix}:{audit}:trail`,
  of: (id) => `${prefix}:{audit}:of:${id}`,
});

/** Entries shown of one thing. */
const SHOWN_OF_ONE = 100;

/**
 * KEYS: 1 stream, then a list for each thing that is touched. ARGV: 1 entry · 2 oldest time to keep · 3 retention in
 * ms. By Redis' own clock, so that the order of entries is that of what was done.
 */
const WRITE = defineScript(`
local id = redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[2], '*', 'entry', ARGV[1])
for i = 2, #KEYS do
  redis.call('RPUSH', KEYS[i], id)
  redis.call('LTRIM', KEYS[i], -${SHOWN_OF_ONE}, -1)
  redis.call('PEXPIRE', KEYS[i], ARGV[3])
end
return id
`);

const LINK = defineScript(`
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], -${SHOWN_OF_ONE}, -1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

export type AuditTrail = ReturnType<typeof createAuditTrail>;

/** Who did what, when and why; kept for the longest retention. */
export function createAuditTrail(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly retentionMs: () => number;
  readonly now: () => number;
}) {
  const { client, prefix, retentionMs, now } = deps;
  const { stream, of } = keysOfTrail(prefix);

  return {
    /** Answers the entry's own id. */
    async write(entry: Omit<AuditEntry, 'at'>): Promise<string> {
      const keys = [stream, ...entry.ids.map(of)];
      const args = [JSON.stringify(entry), Math.max(0, now() - retentionMs()), retentionMs()];
      return String(await runScript(client, WRITE, keys, args));
    },

    /** Adds one more thing to what an entry touched: a delivery to the operation on many that came to it. */
    async link(entryId: string, id: string): Promise<void> {
      await runScript(client, LINK, [of(id)], [entryId, retentionMs()]);
    },

    /** Newest first. Throws `Problem` bad_request for a foreign cursor. */
    async list(page: {
      readonly limit: number;
      readonly cursor?: string;
    }): Promise<{ readonly items: readonly AuditEntry[]; readonly cursor?: string }> {
      if (page.cursor !== undefined && !/^\d{1,16}-\d{1,16}$/.test(page.cursor))
        throw new Problem('bad_request', 400, 'The cursor is none that this list gave out.');
      const from = page.cursor === undefined ? '+' : `(${page.cursor}`;
      const found = await client.xrevrange(stream, from, '-', 'COUNT', page.limit);
      const items = found.map(toEntry).filter((entry) => entry !== undefined);
      const last = found.at(-1)?.[0];
      return found.length < page.limit || last === undefined ? { items } : { items, cursor: last };
    },

    /** What was done to one thing, oldest first. */
    async of(id: string): Promise<readonly AuditEntry[]> {
      const ids = await client.lrange(of(id), 0, -1);
      const found = await Promise.all(ids.map((entryId) => client.xrange(stream, entryId, entryId)));
      return found
        .flat()
        .map(toEntry)
        .filter((entry) => entry !== undefined);
    },
  };
}

/** A stream's ids begin with Redis' time. */
function toEntry([id, fields]: [string, string[]]): AuditEntry | undefined {
  const value: unknown = JSON.parse(fields[1] ?? 'null');
  if (!isJsonObject(value)) return undefined;
  // Written by `write` above
  return { ...(value as Omit<AuditEntry, 'at'> & typeof value), at: Number(id.split('-')[0]) };
}
