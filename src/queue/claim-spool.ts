import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity.js';

/** Another process writes to this spool. The message is one sentence that says what to do. */
export class SpoolInUse extends Error {
  override readonly name = 'SpoolInUse';
}

/**
 * Claims a spool's folder for this process, and answers what gives it back. One that is no more (killed) holds nothing.
 * Two processes that write to one LMDB at the same time were seen, about once in 300 rounds, to lose an entry that
 * one of them had been told was kept; so only one may. Throws `SpoolInUse`.
 */
export function claimSpool(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'owner');
  const mine = processIdentity(process.pid) ?? String(process.pid);
  const claim = (): boolean => {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return true;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      return false;
    }
  };
  for (let tries = 0; !claim(); tries += 1) {
    const owner = read(file);
    const pid = Number.parseInt(owner, 10);
    if (tries > 3 || (owner !== '' && owner !== mine && processIdentity(pid) === owner)) {
      throw new SpoolInUse(
        `Another ingress (process ${pid}) uses the spool in ${dir}; give this one a folder of its own: --data or BRIDGE_SPOOL_DIR.`,
      );
    }
    // Moved away first: of two that find a dead owner only one removes it
    const aside = `${file}.${process.pid}`;
    try {
      renameSync(file, aside);
      rmSync(aside, { force: true });
    } catch {
      // Somebody was faster; the next round sees who
    }
  }
  return () => {
    if (read(file) === mine) rmSync(file, { force: true });
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
