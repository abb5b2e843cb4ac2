import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SpoolSettings } from '../model/settings.js';
import type { LiveCheck } from './check-live.js';
import { EXIT } from './exit-code.js';

const GIB = 1_024 ** 3;

/** Can the spool be written, and is there room for all of it? Never rejects. */
export async function checkDisk({ dir, maxBytes }: SpoolSettings): Promise<readonly LiveCheck[]> {
  const place = await nearest(resolve(dir));
  const writable = await access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
  const spool: LiveCheck = {
    name: 'spool',
    ok: writable,
    detail: writable ? `${dir} can be written` : `${place} cannot be written by this user`,
    exitCode: EXIT.failed,
  };
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const told = `${gib(free)} GiB free for a spool of at most ${gib(maxBytes)} GiB`;
  return [
    spool,
    {
      name: 'disk',
      ok: true,
      detail: told,
      exitCode: EXIT.ok,
      ...(free < maxBytes ? { warning: true } : {}),
    },
  ];
}

/** The folder itself, or the one it would be made in. */
async function nearest(path: string): Promise<string> {
  for (let here = path; ; here = dirname(here)) {
    const there = await access(here).then(
      () => true,
      () => false,
    );
    if (there || here === dirname(here)) return here;
  }
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
