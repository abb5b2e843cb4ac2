import type { RedisClient } from './connect.js';
import { FIND_LOOSE, PACK } from './compact-scripts.js';
import { keysOf } from './keys.js';
import { fieldsOf, packJob } from './packed-job.js';
import { listOf, runScript } from './script.js';

/** By then most Komand jobs have ended, so that their outcome is packed as well. Milliseconds after the delivery. */
const REST_MS = 15_000;
/** Packed in one go, which takes this process a millisecond or two. */
const BATCH = 32;
/** Looked at in one go, where they are packed already. */
const LOOKED = 512;
/** Bytes of data after which a go is full, and above which a delivery gains too little for what it takes. */
const FULL = 96 * 1_024;
const LARGE = 128 * 1_024;

/** Whether there is more to pack, and how many deliveries of the source wait to be taken by a worker. */
export interface Compacted {
  readonly more: boolean;
  readonly waiting: number;
}

/**
 * Packs some of what a source has delivered, the oldest first; where it got to is kept in Redis. Several processes may
 * do so at once: what is packed or changed meanwhile is left as it is. Rejects when Redis is away.
 */
export async function compact(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly source: string;
  /** Unix milliseconds. */
  readonly now: number;
}): Promise<Compacted> {
  const { client, prefix, source, now } = deps;
  const { base, compacted, packing } = keysOf(prefix, source);
  const completed = `${base}completed`;
  const reply = await runScript(
    client,
    FIND_LOOSE,
    [completed, compacted, `${base}wait`],
    [base, now - REST_MS, BATCH, LOOKED, FULL, LARGE],
  );
  const [found, cursor, more, waiting] = listOf(reply);
  if (typeof cursor === 'string' && cursor !== '') {
    const args = listOf(found).flatMap((each) => {
      const [id, flat] = listOf(each);
      const texts = listOf(flat).map(String);
      return [String(id), packJob(fieldsOf(texts)), texts.length / 2, ...texts];
    });
    await runScript(client, PACK, [completed, compacted, packing], [base, cursor, ...args]);
  }
  return { more: more === 1, waiting: Number(waiting) };
}
