import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Config } from '../model/settings.js';
import { claimSpool } from './claim-spool.js';
import { createSeal } from './seal.js';
import { openSpool } from './spool.js';

/** A spool beside those in use. */
export interface LeftSpool {
  readonly dir: string;
  /** Which process it was of: `<dir>-2` is the second one's. */
  readonly nth: number;
  readonly events: number;
}

/**
 * The spools of processes beyond the first `count` that still hold events. `dir` is the first process's. Throws
 * `SpoolInUse` when one of them is alive.
 */
export async function leftSpools(
  dir: string,
  count: number,
  config: Pick<Config, 'spool' | 'storage'>,
): Promise<readonly LeftSpool[]> {
  const [parent, prefix] = [dirname(dir), `${basename(dir)}-`];
  if (!existsSync(parent)) return [];
  const found: LeftSpool[] = [];
  for (const name of readdirSync(parent)) {
    const nth = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN;
    if (!Number.isSafeInteger(nth) || nth <= count) continue;
    const events = await eventsIn(join(parent, name), config);
    if (events > 0) found.push({ dir: join(parent, name), nth, events });
  }
  return found;
}

async function eventsIn(dir: string, { spool, storage }: Pick<Config, 'spool' | 'storage'>): Promise<number> {
  const release = claimSpool(dir);
  try {
    const seal = createSeal(() => storage);
    const left = openSpool({ dir, maxBytes: spool.maxBytes, seal, now: Date.now });
    const { events, parked } = left.stats();
    await left.close();
    return events + parked;
  } finally {
    release();
  }
}
