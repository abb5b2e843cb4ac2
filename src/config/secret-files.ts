import type { Report } from './config-fault.js';

const MAX_CHARACTERS = 262_144;
/** `o+r` of a file's mode. */
const WORLD_READABLE = 0o004;

/** Reads the files that references name, each once, and remembers which. */
export interface SecretFiles {
  /** The contents without one trailing newline; `undefined` after it was reported. */
  read(path: string, pointer: string, secret: boolean): string | undefined;
  /** Every file that was asked for, there or not: one that appears later is a change too. */
  readonly paths: ReadonlySet<string>;
}

export function createSecretFiles(
  deps: {
    readonly readFile: (path: string) => string;
    readonly fileMode?: (path: string) => number | undefined;
  },
  report: Report,
  warn: Report,
): SecretFiles {
  const paths = new Set<string>();
  return {
    paths,
    read: (path, pointer, secret) => {
      if (path === '' || path.includes('\0')) {
        report(pointer, 'has a reference to a file without a name');
        return undefined;
      }
      paths.add(path);
      let text: string;
      try {
        text = deps.readFile(path);
      } catch {
        report(pointer, `needs the file ${path}, which cannot be read`);
        return undefined;
      }
      if (text.length > MAX_CHARACTERS) {
        report(pointer, `needs the file ${path}, which is larger than 256 KiB`);
        return undefined;
      }
      if (secret && ((deps.fileMode?.(path) ?? 0) & WORLD_READABLE) !== 0) {
        warn(pointer, `is read from ${path}, which everybody on this machine may read`);
      }
      return text.replace(/\r?\n$/, '');
    },
  };
}
