import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../../deploy/setup/scaling-plan.mjs', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../deploy/scaling.md', import.meta.url));
const plan = (...args: readonly string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });

const dir = mkdtempSync(join(tmpdir(), 'bridge-scaling-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A page of our own with these inputs, worked out. */
function worked(change: (page: string) => string): string {
  const file = join(dir, 'scaling.md');
  writeFileSync(file, change(readFileSync(PAGE, 'utf8')));
  expect(plan('--check', file).status).toBe(1);
  expect(plan(file).status).toBe(0);
  expect(plan('--check', file).status).toBe(0);
  return readFileSync(file, 'utf8');
}
const row = (page: string, rate: number, part: string): string | undefined =>
  page
    .slice(page.indexOf(`<!-- plan ${rate} -->`), page.indexOf(`<!-- /plan ${rate} -->`))
    .split('\n')
    .find((line) => line.startsWith(`| ${part} `))
    ?.split('|')[3]
    ?.trim();

describe('deploy/scaling.md', () => {
  it('follows from its inputs', () => {
    const { status, stderr } = plan('--check');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('gives other results for other inputs', () => {
    const page = worked((text) =>
      text
        .replace(/^\| `I` {3}\| [\d,]+/m, '| `I`   | 2,000')
        .replace(/^\| `W` {3}\| [\d,]+/m, '| `W`   | 500')
        .replace(/^\| `R` {3}\| [\d,]+/m, '| `R`   | 4,000')
        .replace(/^\| `u` {3}\| [\d.]+/m, '| `u`   | 0.5')
        .replace(/^\| `t` {3}\| [\d.]+/m, '| `t`   | 0.2')
        .replace(/^\| `B` {3}\| [\d,]+/m, '| `B`   | 2,000')
        .replace(/^\| `D` {3}\| [\d,]+/m, '| `D`   | 1,000')
        .replace(/^\| `S` {3}\| [\d,]+/m, '| `S`   | 3,000')
        .replace(/^\| `m` {3}\| [\d.]+/m, '| `m`   | 2.0'),
    );
    // By hand: 10,000 / (0.5 · 2,000), / (0.5 · 500), / (0.5 · 4,000); 10,000 · 0.2 / 0.5
    expect(row(page, 10_000, 'ingress processes')).toBe('10');
    expect(row(page, 10_000, 'worker processes')).toBe('40');
    expect(row(page, 10_000, 'Redis shards')).toBe('5');
    expect(row(page, 10_000, '`concurrency`')).toBe('4,000 calls at once');
    // 10,000 · (3,600 · 2,000 + 600 · 1,000) · 2 = 156 GB; 10,000 / 10 · 600 · 3,000 = 1.8 GB
    expect(row(page, 10_000, 'Redis memory, Komand away for 1 h, kept for 10 min')).toBe(
      '160 GB, 31 GB for each shard',
    );
    expect(row(page, 10_000, 'spool of one ingress, Redis away for 10 min')).toBe('1.8 GB');
    expect(row(page, 100, 'ingress processes')).toBe('1, so 2 for rolling restarts');
    expect(row(page, 1_000_000, 'Redis shards')).toBe('500');
    expect(row(page, 1_000_000, 'network in')).toBe('8.2 Gbit/s');
  });
});
