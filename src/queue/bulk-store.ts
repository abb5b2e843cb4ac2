import { randomBytes } from 'node:crypto';
import { bulkKeys } from './bulk-keys.js';
import { readBulk, type Bulk, type BulkAction } from './read-bulk.js';
import type { RedisClient } from './connect.js';
import { isJsonObject } from '../model/json.js';
import { defineScript, runScript } from './script.js';

export interface BulkItem {
  readonly source: string;
  readonly id: string;
}

export interface BulkResult {
  readonly id: string;
  readonly result: 'succeeded' | 'failed' | 'skipped';
  readonly detail?: string;
  readonly newId?: string;
}

/** A plan is a look at one moment: after an hour it tells nothing any more. */
const PLAN_KEPT_MS = 3_600_000;
const SHOWN = 100;
const PUSHED = 1_000;

/** KEYS: 1 facts · 2 todo · 3 results · 4 running. ARGV: 1 rate · 2 reason · 3 time · 4 id · 5 retention · 6 entry of the audit trail · 7 by */
const START = defineScript(`
if redis.call('HGET', KEYS[1], 'state') ~= 'planned' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'running', 'rate', ARGV[1], 'reason', ARGV[2], 'startedAt', ARGV[3], 'auditId', ARGV[6], 'runBy', ARGV[7])
redis.call('HDEL', KEYS[1], 'expiresAt')
for i = 1, 3 do redis.call('PERSIST', KEYS[i]) end
redis.call('SADD', KEYS[4], ARGV[4])
return 1
`);

/** KEYS as above. ARGV: 1 time · 2 id · 3 retention */
const CANCEL = defineScript(`
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'planned' and state ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'cancelled', 'endedAt', ARGV[1])
redis.call('HDEL', KEYS[1], 'expiresAt', 'waitingFor')
redis.call('SREM', KEYS[4], ARGV[2])
redis.call('DEL', KEYS[2])
for _, key in ipairs({KEYS[1], KEYS[3]}) do redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`);

/**
 * One item is done: taken off the list and counted, in one step and only while it still is the first, so that of two
 * processes that both believe to run the operation one counts. The last one ends the operation. What was under way when
 * it was cancelled is told all the same.
 * KEYS as above. ARGV: 1 item · 2 result · 3 its record · 4 time · 5 id · 6 retention
 */
const RECORD = defineScript(`
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'cancelled' then
  redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
  redis.call('RPUSH', KEYS[3], ARGV[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  return 0
end
if state ~= 'running' or redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return 0 end
redis.call('LPOP', KEYS[2])
redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
redis.call('HDEL', KEYS[1], 'waitingFor')
redis.call('RPUSH', KEYS[3], ARGV[3])
if redis.call('LLEN', KEYS[2]) > 0 then return 1 end
redis.call('HSET', KEYS[1], 'state', 'done', 'endedAt', ARGV[4])
redis.call('SREM', KEYS[4], ARGV[5])
for _, key in ipairs({KEYS[1], KEYS[3]}) do redis.call('PEXPIRE', key, ARGV[6]) end
return 1
`);

export type BulkStore = ReturnType<typeof createBulkStore>;

/** Operations on many deliveries, with the exact set each was planned for. Everything is in Redis: a restart loses nothing. */
export function createBulkStore(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  /** How long an operation that ended is kept. */
  readonly retentionMs: () => number;
  readonly now: () => number;
}) {
  const { client, prefix, retentionMs, now } = deps;
  const keyList = (id: string): string[] => {
    const { facts, todo, results, running } = bulkKeys(prefix, id);
    return [facts, todo, results, running];
  };

  const show = async (id: string): Promise<Bulk | undefined> => {
    if (!/^blk_[0-9a-f]{24}$/.test(id)) return undefined;
    return readBulk(id, await client.hgetall(bulkKeys(prefix, id).facts));
  };

  return {
    show,

    async plan(
      bulk: {
        readonly action: BulkAction;
        readonly filter: Readonly<Record<string, string>>;
        readonly all: boolean;
        readonly by: string;
      },
      items: readonly BulkItem[],
    ): Promise<Bulk> {
      // 48 bits of time in front, so that ids of two plans sort as they were made
      const at = now();
      const id = `blk_${at.toString(16).padStart(12, '0')}${randomBytes(6).toString('hex')}`;
      const { all, facts, todo } = bulkKeys(prefix, id);
      for (let i = 0; i < items.length; i += PUSHED)
        await client.rpush(todo, ...items.slice(i, i + PUSHED).map(itemText));
      await client.pexpire(todo, PLAN_KEPT_MS);
      const fields: Record<string, string | number> = {
        action: bulk.action,
        filter: JSON.stringify(bulk.filter),
        all: bulk.all ? '1' : '0',
        by: bulk.by,
        state: 'planned',
        count: items.length,
        createdAt: at,
        expiresAt: at + PLAN_KEPT_MS,
      };
      await client.hset(facts, fields);
      await client.pexpire(facts, PLAN_KEPT_MS);
      await client.zadd(all, at, id);
      await client.zremrangebyscore(all, '-inf', at - retentionMs());
      const made = await show(id);
      if (made === undefined) throw new Error('the plan was not kept');
      return made;
    },

    async list(): Promise<readonly Bulk[]> {
      const ids = await client.zrange(bulkKeys(prefix, '').all, '0', String(SHOWN - 1), 'REV');
      return (await Promise.all(ids.map(show))).filter((bulk) => bulk !== undefined);
    },

    async samples(id: string, limit: number): Promise<readonly BulkItem[]> {
      return (await client.lrange(bulkKeys(prefix, id).todo, 0, limit - 1)).map(readItem);
    },

    async results(id: string, offset: number, limit: number): Promise<readonly BulkResult[]> {
      const texts = await client.lrange(bulkKeys(prefix, id).results, offset, offset + limit - 1);
      return texts.map(readResult).filter((result) => result !== undefined);
    },

    async start(
      id: string,
      run: { readonly rate: number; readonly reason: string; readonly by: string; readonly auditId: string },
    ): Promise<boolean> {
      const args = [run.rate, run.reason, now(), id, retentionMs(), run.auditId, run.by];
      return (await runScript(client, START, keyList(id), args)) === 1;
    },

    async cancel(id: string): Promise<boolean> {
      return (await runScript(client, CANCEL, keyList(id), [now(), id, retentionMs()])) === 1;
    },

    async running(): Promise<readonly string[]> {
      return client.smembers(bulkKeys(prefix, '').running);
    },

    /** The next delivery of a running operation. */
    async next(id: string): Promise<BulkItem | undefined> {
      const text = await client.lindex(bulkKeys(prefix, id).todo, 0);
      return text === null ? undefined : readItem(text);
    },

    /** Answers whether the operation goes on: not after a cancel, nor where another process was faster. */
    async record(id: string, item: BulkItem, result: BulkResult): Promise<boolean> {
      const args = [itemText(item), result.result, JSON.stringify(result), now(), id, retentionMs()];
      return (await runScript(client, RECORD, keyList(id), args)) === 1;
    },

    async wait(id: string, reason: string): Promise<void> {
      await client.hset(bulkKeys(prefix, id).facts, 'waitingFor', reason);
    },

    /** Ends what has nothing to do: a plan of nothing, or one whose list is gone. */
    async finish(id: string): Promise<void> {
      const { facts, running } = bulkKeys(prefix, id);
      await client.hset(facts, 'state', 'done', 'endedAt', now());
      await client.pexpire(facts, retentionMs());
      await client.srem(running, id);
    },
  };
}

function itemText({ source, id }: BulkItem): string {
  return `${source} ${id}`;
}

function readItem(text: string): BulkItem {
  const at = text.indexOf(' ');
  return { source: text.slice(0, at), id: text.slice(at + 1) };
}

function readResult(text: string): BulkResult | undefined {
  const value: unknown = JSON.parse(text);
  // Written by `record` above
  return isJsonObject(value) ? (value as BulkResult & typeof value) : undefined;
}
