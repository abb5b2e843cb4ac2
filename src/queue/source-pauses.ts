import { isJsonObject } from '../model/json.js';
import type { BullQueues } from './bull-queues.js';
import type { RedisClient } from './connect.js';
import { keysOf } from './keys.js';

/** Who held a source's deliveries back, and why. */
export interface SourcePause {
  readonly by: string;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export type SourcePauses = ReturnType<typeof createSourcePauses>;

/** Holds back delivery, not intake: webhooks are still accepted, and workers of all processes take none of them. */
export function createSourcePauses(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly queues: Pick<BullQueues, 'pause' | 'resume' | 'isPaused'>;
  readonly now: () => number;
}) {
  const { client, prefix, queues, now } = deps;
  const keyOf = (source: string): string => `${keysOf(prefix, source).base}pause`;
  return {
    /** Doing it twice is doing it once; the last one's name stands. */
    async pause(source: string, { by, reason }: Omit<SourcePause, 'at'>): Promise<void> {
      await client.set(keyOf(source), JSON.stringify({ by, reason, at: now() }));
      await queues.pause(source);
    },
    async resume(source: string): Promise<void> {
      await queues.resume(source);
      await client.del(keyOf(source));
    },
    async of(source: string): Promise<SourcePause | undefined> {
      const [paused, text] = await Promise.all([queues.isPaused(source), client.get(keyOf(source))]);
      if (!paused) return undefined;
      const value: unknown = JSON.parse(text ?? 'null');
      // Written by `pause` above, unless somebody paused the queue by other means
      return isJsonObject(value)
        ? (value as SourcePause & typeof value)
        : { by: 'unknown', reason: 'paused by other means', at: 0 };
    },
  };
}
