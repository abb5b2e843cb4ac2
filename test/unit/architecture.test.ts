import { describe, expect, it } from 'vitest';
import { readSources, type SourceFile } from '../support/read-sources.js';

/** The rules of the house, each checked by a command or it is not a rule. */
const files = readSources('src');
const MAX_LINES = 250;

/** Stages of the pipeline and what stands beside it. Everything else (main, app, cli) is the edge and may join. */
const FOLDERS = ['config', 'sources', 'http', 'intake', 'queue', 'delivery', 'targets', 'ops', 'simulator'];

/** Each library stands in one or two files, so that it could be replaced there. */
const LIBRARY_FILES: Readonly<Record<string, readonly string[]>> = {
  express: ['src/http/', 'src/ops/'],
  bullmq: ['src/queue/', 'src/delivery/'],
  ioredis: ['src/queue/'],
  axios: ['src/targets/', 'src/cli/'],
  ajv: ['src/sources/', 'src/config/'],
  'prom-client': ['src/ops/'],
  winston: ['src/ops/'],
  jsonata: ['src/sources/'],
};

function folderOf(path: string): string | undefined {
  return FOLDERS.find((folder) => path.startsWith(`src/${folder}/`));
}

function describeEdge(from: SourceFile, to: string): string {
  return `${from.path} -> ${to}`;
}

/** Libraries of three parts: BullMQ's queues, workers and backend; the metrics, their gauges and the page. */
const PARTS: Readonly<Record<string, number>> = { bullmq: 3, 'prom-client': 3 };

describe('the house', () => {
  it('has sources to check', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('keeps every file within 250 lines and the median well under 100', () => {
    expect(
      files.filter((file) => file.lines > MAX_LINES).map((file) => `${file.path}: ${file.lines}`),
    ).toEqual([]);
    const sorted = files.map((file) => file.lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100);
  });

  it('names files in kebab-case, exports by name and has no barrels', () => {
    expect(
      files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file.name)).map((file) => file.path),
    ).toEqual([]);
    expect(files.filter((file) => /^export default /m.test(file.text)).map((file) => file.path)).toEqual([]);
    expect(
      files
        .filter((file) => file.name === 'index.ts' || /^export \* from/m.test(file.text))
        .map((file) => file.path),
    ).toEqual([]);
  });

  it('lets a folder import the model and itself, and nothing else', () => {
    const wrong = files.flatMap((file) => {
      const own = folderOf(file.path);
      const home = own ?? (file.path.startsWith('src/model/') ? 'model' : undefined);
      if (home === undefined) return [];
      return file.localImports
        .filter((to) => !to.startsWith(`src/${home}/`) && !(home !== 'model' && to.startsWith('src/model/')))
        .map((to) => describeEdge(file, to));
    });
    expect(wrong).toEqual([]);
  });

  it('gives the model no dependency at all', () => {
    const wrong = files
      .filter((file) => file.path.startsWith('src/model/'))
      .flatMap((file) =>
        file.packages.filter((name) => !name.startsWith('node:')).map((name) => describeEdge(file, name)),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps each library in its own corner, in one file for each of its parts', () => {
    for (const [library, corners] of Object.entries(LIBRARY_FILES)) {
      const users = files.filter((file) => file.valuePackages.includes(library)).map((file) => file.path);
      expect(
        users.filter((path) => !corners.some((corner) => path.startsWith(corner))),
        library,
      ).toEqual([]);
      expect(users.length, `${library}: ${users.join(', ')}`).toBeLessThanOrEqual(PARTS[library] ?? 2);
    }
  });

  it('keeps I/O out of the story files', () => {
    const stories = files.filter((file) =>
      ['src/intake/pipeline.ts', 'src/delivery/deliver.ts'].includes(file.path),
    );
    expect(stories).toHaveLength(2);
    expect(stories.flatMap((file) => file.packages.map((name) => describeEdge(file, name)))).toEqual([]);
  });

  it('has no import cycle', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (trail.includes(path) || done.has(path)) return;
      for (const next of byPath.get(path)?.localImports ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const file of files) visit(file.path, []);
    expect(cycles).toEqual([]);
  });

  it('only imports files that exist', () => {
    const known = new Set(files.map((file) => file.path));
    expect(
      files.flatMap((file) =>
        file.localImports.filter((to) => !known.has(to)).map((to) => describeEdge(file, to)),
      ),
    ).toEqual([]);
  });

  it('silences neither the compiler nor the linter', () => {
    const silenced = /@ts-(ignore|nocheck|expect-error)|(ox|es)lint-disable|as any\b|as unknown as/;
    expect(files.filter((file) => silenced.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  it('leaves the environment to the configuration and the entry', () => {
    const allowed = ['src/config/', 'src/main.ts', 'src/cli/'];
    expect(
      files
        .filter(
          (file) => file.text.includes('process.env') && !allowed.some((path) => file.path.startsWith(path)),
        )
        .map((file) => file.path),
    ).toEqual([]);
  });
});
