import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

export interface SourceFile {
  /** From the top of the repository, with forward slashes. */
  readonly path: string;
  readonly name: string;
  readonly text: string;
  readonly lines: number;
  /** Files of this repository that it imports, values and types alike. */
  readonly localImports: readonly string[];
  /** Packages and `node:` modules that it imports. */
  readonly packages: readonly string[];
  /** The same without `import type`. */
  readonly valuePackages: readonly string[];
}

const IMPORT = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

/** Reads every TypeScript file below a folder of the repository. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return readSources(path);
    return path.endsWith('.ts') ? [readSource(path)] : [];
  });
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const path = file.replaceAll('\\', '/');
  const imports = [...text.matchAll(IMPORT)].map(([, typeOnly, specifier = '']) => ({
    typeOnly: typeOnly !== undefined,
    specifier,
  }));
  const foreign = imports.filter(({ specifier }) => !specifier.startsWith('.'));
  return {
    path,
    name: basename(path),
    text,
    lines: text.split('\n').length - 1,
    localImports: imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => posix.join(dirname(path), specifier).replace(/\.js$/, '.ts')),
    packages: foreign.map(({ specifier }) => packageName(specifier)),
    valuePackages: foreign.filter(({ typeOnly }) => !typeOnly).map(({ specifier }) => packageName(specifier)),
  };
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
