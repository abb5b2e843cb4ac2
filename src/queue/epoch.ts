import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RedisClient } from './connect.js';

export type EpochFinding = 'first' | 'same' | 'lost';

/**
 * Marks the store and remembers the mark beside the spool. A Redis that comes back without it has lost its data
 * (an empty volume, a wrong address): answers `lost`, and the new mark is remembered.
 */
export async function checkEpoch(client: RedisClient, prefix: string, file: string): Promise<EpochFinding> {
  const key = `${prefix}:{epoch}`;
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  await client.set(key, randomUUID(), 'NX');
  const mark = (await client.get(key)) ?? '';
  if (mark !== known) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${mark}\n`);
  }
  if (known === undefined) return 'first';
  return mark === known ? 'same' : 'lost';
}
