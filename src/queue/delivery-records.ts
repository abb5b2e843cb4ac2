import type { Delivery, JobOutcome, Progress } from '../model/delivery.js';
import type { DeliveryId } from '../model/ids.js';
import { inSlices } from '../model/in-slices.js';
import { isDeliveryId, routeOf } from '../model/ids.js';
import { SealedError } from '../model/sealed-error.js';
import type { RedisClient } from './connect.js';
import { readHash } from './job-hash.js';
import { keptProgress } from './kept-delivery.js';
import { keysOf } from './keys.js';
import { readReceipt } from './receipt-text.js';
import { defineScript, runScript } from './script.js';
import type { Seal } from './seal.js';

/** A delivery whose Komand job has not ended yet. */
export interface Followed {
  readonly deliveryId: DeliveryId;
  readonly jobId: string;
  readonly route: string;
  /** Unix milliseconds. */
  readonly deliveredAt: number;
  /** How many times it was looked at. */
  readonly step: number;
}

const PROGRESS = defineScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'progress', ARGV[1])
return 1
`);

/** Only the first of several followers records an outcome. */
const OUTCOME = defineScript(`
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'outcome', ARGV[2], 'failedStep', ARGV[3]) end
redis.call('HINCRBY', KEYS[3], 'job:' .. ARGV[2], 1)
return 1
`);

const RESCHEDULE = defineScript(`
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'followStep', ARGV[3]) end
return 1
`);

/** What is read of jobs to follow in one go: others wait for Redis meanwhile. */
const AT_ONCE = 50;

export type DeliveryRecords = ReturnType<typeof createDeliveryRecords>;

/** What the delivery stage writes and reads beside the queue: progress, the index by job id, the list of jobs to follow. */
export function createDeliveryRecords(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly retentionMs: number;
  readonly sources: () => readonly string[];
  readonly seal: Seal;
}) {
  const { client, prefix, retentionMs, sources, seal } = deps;

  const readNoted = async (key: string): Promise<Readonly<Record<string, string | undefined>>> => {
    const [returnvalue, followStep] = await client.hmget(key, 'returnvalue', 'followStep');
    if (typeof returnvalue === 'string') return { returnvalue, followStep: followStep ?? undefined };
    const packed = await readHash(client, key);
    return packed instanceof SealedError ? {} : packed;
  };

  return {
    async saveProgress(delivery: Pick<Delivery, 'id' | 'source'>, progress: Progress): Promise<void> {
      await runScript(
        client,
        PROGRESS,
        [keysOf(prefix, delivery.source).job(delivery.id)],
        [JSON.stringify(keptProgress(seal, delivery.id, progress))],
      );
    },

    /** Who holds each of these `job_id`s, in any source; in their order. */
    async holdersOf(jobIds: readonly string[]): Promise<readonly (string | undefined)[]> {
      const held = await Promise.all(
        sources().map((source) =>
          Promise.all(jobIds.map((jobId) => client.get(keysOf(prefix, source).jobId(jobId)))),
        ),
      );
      return jobIds.map(
        (_, i) =>
          held.map((of) => of[i]).find((holder) => holder !== null && holder !== undefined) ?? undefined,
      );
    },

    /** Takes a `job_id` for a delivery. Answers whether it is its own now; the first who asks gets it. */
    async claimJobId(source: string, jobId: string, by: DeliveryId): Promise<boolean> {
      const key = keysOf(prefix, source).jobId(jobId);
      if ((await client.set(key, by, 'PX', retentionMs, 'NX')) === 'OK') return true;
      return (await client.get(key)) === by;
    },

    async followDue(source: string, now: number, limit: number): Promise<readonly Followed[]> {
      const keys = keysOf(prefix, source);
      const ids = await client.zrangebyscore(keys.follow, 0, now, 'LIMIT', 0, limit);
      const found: Followed[] = [];
      const gone: string[] = [];
      const look = async (deliveryId: DeliveryId): Promise<void> => {
        const { returnvalue, followStep } = await readNoted(keys.job(deliveryId));
        const receipt = readReceipt(returnvalue);
        if (receipt?.jobId !== undefined) {
          const { jobId, deliveredAt } = receipt;
          found.push({
            deliveryId,
            jobId,
            deliveredAt,
            route: routeOf(deliveryId),
            step: Number(followStep ?? 0),
          });
        } else if ((await client.exists(keys.job(deliveryId))) === 0) {
          gone.push(deliveryId);
        }
      };
      // Answers come in the order asked, so those found stay in theirs: longest due first
      await inSlices(ids.filter(isDeliveryId), AT_ONCE, look);
      // Their retention is over: there is nothing left to write an outcome to
      if (gone.length > 0) await client.zrem(keys.follow, ...gone);
      return found;
    },

    async reschedule(source: string, deliveryId: DeliveryId, at: number, step: number): Promise<void> {
      const keys = keysOf(prefix, source);
      await runScript(client, RESCHEDULE, [keys.job(deliveryId), keys.follow], [deliveryId, at, step]);
    },

    /** Answers whether this call was the one that recorded it. */
    async recordOutcome(
      source: string,
      deliveryId: DeliveryId,
      outcome: JobOutcome,
      failedStep?: string,
    ): Promise<boolean> {
      const keys = keysOf(prefix, source);
      return (
        (await runScript(
          client,
          OUTCOME,
          [keys.job(deliveryId), keys.follow, keys.books],
          [deliveryId, outcome, failedStep ?? ''],
        )) === 1
      );
    },
  };
}
