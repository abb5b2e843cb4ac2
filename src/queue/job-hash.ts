import { SealedError } from '../model/sealed-error.js';
import type { RedisClient } from './connect.js';
import { unpackJob, type JobFields } from './packed-job.js';

/**
 * A packed job is kept in pieces, in fields named by number: Redis keeps a small hash in one block of memory, at 100 bytes
 * less, as long as none of its values is longer than this (`hash-max-listpack-value`).
 */
export const PIECE_BYTES = 64;
/** Where there would be more pieces, there is one: the block is searched from its beginning. */
export const MOST_PIECES = 32;
/** Only packed jobs have it. */
export const FIRST_PIECE = '0';

/** Reads a job, packed or not; no fields where there is none. Answers `SealedError` for a packed one that is damaged. */
export async function readHash(client: RedisClient, key: string): Promise<JobFields | SealedError> {
  return unfold(await client.hgetallBuffer(key));
}

/** What was written since a job was packed stands beside its pieces, and goes for what is in them. */
function unfold(hash: Readonly<Record<string, Buffer>>): JobFields | SealedError {
  const pieces: Buffer[] = [];
  for (let piece = hash[FIRST_PIECE]; piece !== undefined; piece = hash[pieces.length]) pieces.push(piece);
  const since = Object.fromEntries(
    Object.entries(hash).flatMap(([name, value]) =>
      /^\d+$/.test(name) ? [] : [[name, value.toString()] as const],
    ),
  );
  if (pieces.length === 0) return since;
  try {
    return { ...unpackJob(Buffer.concat(pieces)), ...since };
  } catch (error) {
    if (error instanceof SealedError) return error;
    throw error;
  }
}
