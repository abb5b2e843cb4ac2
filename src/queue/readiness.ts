import type { RedisClient } from './connect.js';
import { runScript, defineScript } from './script.js';

/** Probes must not load Redis: an answer is good for so long. Milliseconds. */
const FRESH_MS = 1_000;
const DEADLINE_MS = 1_000;

/** A write, since a Redis that is full, read-only or a replica answers PING all the same. */
const WRITE = defineScript(`redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000) return 1`);

export interface StoreReadiness {
  readonly ok: boolean;
  readonly detail: string;
}

/** Whether Redis takes writes, asked at most once a second. */
export function createReadiness(
  client: RedisClient,
  prefix: string,
  now: () => number,
): () => Promise<StoreReadiness> {
  let asked = -Infinity;
  let answer: Promise<StoreReadiness> = Promise.resolve({ ok: false, detail: 'not asked yet' });
  return () => {
    if (now() - asked >= FRESH_MS) {
      asked = now();
      answer = within(DEADLINE_MS, runScript(client, WRITE, [`${prefix}:{readiness}`], [asked]));
    }
    return answer;
  };
}

function within(ms: number, write: Promise<unknown>): Promise<StoreReadiness> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ ok: false, detail: `Redis did not take a write within ${ms} ms` }),
      ms,
    );
    write
      .then(
        () => resolve({ ok: true, detail: 'Redis takes writes' }),
        (error: unknown) =>
          resolve({
            ok: false,
            detail: `Redis refuses writes: ${error instanceof Error ? error.message : 'unknown'}`,
          }),
      )
      .finally(() => clearTimeout(timer));
  });
}
