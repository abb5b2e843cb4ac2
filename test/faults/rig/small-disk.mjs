import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { manage } from './process.mjs';
import { waitFor } from './wait.mjs';

/** @typedef {Awaited<ReturnType<typeof openSmallDisk>>} SmallDisk */

/** Enough for all that a run writes, and filled in no time. */
const SIZE = '96m';

/**
 * A disk in memory that only those see who are started through `enter`; it is gone with the process that holds it.
 * @param {string} dir @param {string} folder where it is mounted
 */
export async function openSmallDisk(dir, folder) {
  mkdirSync(folder, { recursive: true });
  const mount = `mount -t tmpfs -o size=${SIZE} tmpfs "$0" && echo mounted && exec sleep 86400`;
  const holder = manage({
    name: 'small-disk',
    command: 'unshare',
    args: ['-m', 'sh', '-c', mount, folder],
    env: { PATH: process.env.PATH ?? '' },
    cwd: dir,
    logFile: join(dir, 'small-disk.log'),
  });
  holder.start();
  await waitFor('the small disk', () => holder.log().includes('mounted'), 5_000);
  const enter = ['nsenter', '-t', String(holder.pid()), '-m', '--'];
  const inside = (/** @type {string} */ script) => {
    const [command, ...args] = [...enter, 'sh', '-c', script, `${folder}/ballast`];
    execFileSync(command, args, { stdio: 'ignore' });
  };
  return {
    enter,
    /** To the last byte: with smaller pieces where the larger ones have no room any more. */
    fill: () => inside('dd if=/dev/zero of="$0" bs=1M; dd if=/dev/zero bs=512 >>"$0"; true'),
    free: () => inside('rm -f "$0"'),
    async close() {
      holder.signal('SIGKILL');
      await holder.ended();
    },
  };
}
