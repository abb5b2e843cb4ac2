import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../fuzz/main.mjs', import.meta.url));

function fuzz(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe('the fuzzer', () => {
  it('finds nothing in a few seconds from a fixed seed', async () => {
    const { code, output } = await fuzz('--seconds', '6', '--seed', '1');
    expect(output).toMatch(/^seed 1, 6 s\n/);
    // Every target ran some of its seeds at least
    const ran = [...output.matchAll(/^(\w+) +(\d+) inputs, .*, findings (\d+)$/gm)];
    expect(ran.map(([, name]) => name)).toEqual([
      'signatures',
      'intake',
      'schema',
      'mapping',
      'config',
      'sealed',
    ]);
    expect(
      ran.every(([, , inputs]) => Number(inputs) > 3),
      output,
    ).toBe(true);
    expect(code, output).toBe(0);
  });

  it('would tell: a target that breaks every property ends it with 1, each fault once, with an input to repeat it', async () => {
    const { code, output } = await fuzz('--seconds', '4', '--seed', '1', '--target', 'broken');
    for (const fault of [
      'TypeError: an input brought it down',
      'no secret in the output',
      'no prototype pollution',
      'took \\d+ ms, 1000 ms are allowed',
    ])
      expect(output).toMatch(new RegExp(fault));
    expect(code).toBe(1);
    const [, file = ''] = /--replay (\S+)/.exec(output) ?? [];
    const again = await fuzz('--target', 'broken', '--replay', file);
    expect(again.code, again.output).toBe(1);
  });

  it('refuses what it does not know', async () => {
    expect((await fuzz('--target', 'nothing')).code).toBe(2);
    expect((await fuzz('--seconds', '0')).code).toBe(2);
  });
});
