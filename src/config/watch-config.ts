import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/** Network file systems report nothing, and a folder that was replaced goes on under another inode. */
const LOOK_EVERY_MS = 10_000;

export interface WatchInput {
  readonly files: readonly string[];
  /** Called once for each change of contents, after `debounceMs` without another one. */
  readonly onChange: () => void;
  readonly debounceMs: number;
}

/**
 * Watches files by their contents: written in place, replaced by a rename, or reached through a link that is
 * pointed elsewhere (as Kubernetes does). It watches folders, because a watch on a file stays with the old one.
 * A file that is not there counts as empty of contents, and appearing as a change. Never throws.
 */
export function watchConfig(input: WatchInput): { readonly close: () => void } {
  const watchers = new Map<string, FSWatcher>();
  let seen = contentsOf(input.files);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const look = (): void => {
    timer = undefined;
    if (closed) return;
    arm();
    const now = contentsOf(input.files);
    if (now === seen) return;
    seen = now;
    input.onChange();
  };
  const soon = (): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(look, input.debounceMs);
    timer.unref();
  };
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  /** Links may lead to other folders than before. */
  const arm = (): void => {
    const wanted = foldersOf(input.files);
    for (const folder of watchers.keys()) if (!wanted.has(folder)) drop(folder);
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, soon);
        watcher.on('error', () => {
          drop(folder);
          soon();
        });
        watchers.set(folder, watcher);
      } catch {
        // The folder is not there (yet); the next look tries again
      }
    }
  };

  arm();
  const regular = setInterval(() => {
    // Anew, in case the folder of that name is no longer the one being watched
    for (const folder of watchers.keys()) drop(folder);
    look();
  }, LOOK_EVERY_MS);
  regular.unref();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(regular);
      for (const folder of watchers.keys()) drop(folder);
    },
  };
}

/** The folder of each name and of what it leads to. */
function foldersOf(files: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const file of files) {
    folders.add(dirname(file));
    try {
      folders.add(dirname(realpathSync(file)));
    } catch {
      // Not there (yet): the folder of the name is enough to see it come
    }
  }
  return folders;
}

/** A digest of everything, so that no secret is kept for comparing. */
function contentsOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      const contents = readFileSync(file);
      hash.update(`${contents.length}:`).update(contents);
    } catch {
      hash.update('absent:');
    }
  }
  return hash.digest('hex');
}
