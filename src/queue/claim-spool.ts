import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { livesElsewhere, ownIdentity } from './process-identity.js';

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
  const mine = ownIdentity();
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
    if (tries > 3 || livesElsewhere(owner)) {
      throw new SpoolInUse(
        `Another ingress (process ${Number.parseInt(owner, 10)}) uses the spool in ${dir}; give this one a folder of its own: --data or BRIDGE_SPOOL_DIR.`,
      );
    }
    displace(file, owner);
  }
  return () => {
    if (read(file) === mine) rmSync(file, { force: true });
  };
}

/** Takes a dead owner's claim away. A living one that came in between is put back. */
function displace(file: string, dead: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== dead) linkSync(aside, file);
  } catch {
    // Somebody was faster; the next round sees who
  }
  rmSync(aside, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
