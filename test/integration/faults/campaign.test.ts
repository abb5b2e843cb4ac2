import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'bridge-campaign-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** The driver as a program; it starts no world where nothing is left to run. */
async function driver(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const main = new URL('../../faults/main.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const PROGRAM = 'export {};\n';
const BUILD = createHash('sha256').update('main.js').update(PROGRAM).digest('hex').slice(0, 16);
writeFileSync(join(dir, 'main.js'), PROGRAM);

const ROW = {
  name: 'redis-kill',
  c4: 11,
  seconds: 5,
  attempted: 300,
  accepted: 299,
  delivered: 299,
  dead: 0,
  spooled: 250,
  recovered: 1,
  lost: 0,
  lostAllowed: 0,
  duplicated: 0,
  tooOften: 0,
  broken: [],
};

function line(seed: number, more: object = {}, row: object = {}): string {
  const run = { build: BUILD, commit: 'abc', seed, at: '2026-01-01T00:00:00Z', seconds: 60, rate: 50 };
  const found = {
    good: true,
    lost: [],
    phantom: [],
    tooOften: [],
    faulty: [],
    drainSeconds: 1,
    standstillSeconds: 0,
  };
  return `${JSON.stringify({ ...run, ...found, ...more, rows: [{ ...ROW, ...row }] })}\n`;
}

/** The table of what stands in a file of runs. */
function tableOf(name: string, text: string) {
  const file = join(dir, name);
  writeFileSync(file, text);
  const program = join(dir, 'main.js');
  return driver('--campaign', '--resume', file, '--seeds', '2', '--only', 'redis-kill', '--program', program);
}

describe('the campaign', () => {
  it('has a row for each number of the fault matrix', async () => {
    const { out } = await driver('--list');
    const lines = out.trim().split('\n');
    const numbers = new Set(lines.map((text) => Number(/^#(\d+)\t/.exec(text)?.[1])));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 46 }, (_, i) => i + 1));
    expect(lines.filter((text) => text.split('\t')[1] === 'none')).toEqual([]);
  });

  it('adds up the runs of this build that stand in the file, and runs none again', async () => {
    const { code, out, err } = await tableOf('good', line(1) + line(2, { build: 'another' }) + line(3));
    expect(out).toMatch(/#11 +redis-kill +1 3 +598 +598 +0 +0 +0 +0 \(0\/0\) +holds\n/);
    expect(err).toContain('1 lines of it are of another build');
    expect(code).toBe(0);
  });

  it('does not hold where one of them lost an event', async () => {
    const bad = line(3, { good: false, lost: ['s3-17'] }, { lost: 1, delivered: 298 });
    const { code, out } = await tableOf('bad', line(1) + bad);
    expect(out).toMatch(/#11 +redis-kill +1 3 +598 +597 +0 +1 +0 .*DOES NOT HOLD \(1 of 2\)\n/);
    expect(out).toContain('  lost: s3-17');
    expect(code).toBe(1);
  });

  it('does not take a fault for survived that came when nothing was accepted', async () => {
    const { code, out } = await tableOf('idle', line(1) + line(2, {}, { accepted: 0, delivered: 0 }));
    expect(out).toContain('DOES NOT HOLD (1 of 2)');
    expect(code).toBe(1);
  });

  it('takes what is wrong with a run as a whole for every fault of it, and what is wrong with another fault for none', async () => {
    const books = await tableOf(
      'books',
      line(1) + line(2, { good: false, faulty: ['the books do not balance'] }),
    );
    expect(books.out).toContain('DOES NOT HOLD (1 of 2)');
    const other = { name: 'redis-loading', c4: 23 };
    const shared = JSON.parse(line(2, { good: false, faulty: ['redis-loading: it was ready'] })) as {
      rows: object[];
    };
    const { code, out } = await tableOf(
      'shared',
      line(1) + `${JSON.stringify({ ...shared, rows: [...shared.rows, { ...ROW, ...other }] })}\n`,
    );
    expect(out).toMatch(/redis-kill .* holds\n/);
    expect(out).toContain('  faulty: redis-loading: it was ready');
    expect(code).toBe(0);
  });
});
