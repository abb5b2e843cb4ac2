import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateCommand } from '../../../src/cli/simulate.js';
import { waitUntil } from '../../support/wait-until.js';
import { startSim } from './sim-client.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(dir, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Runs the command here; `signal` does what the signal would. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const before = new Set<unknown>([...process.listeners('SIGTERM'), ...process.listeners('SIGINT')]);
  let stdout = '';
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: () => undefined,
    env,
    terminal: false,
  };
  const command = simulateCommand(io)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const ended = command.parseAsync([...args], { from: 'user' });
  return {
    ended,
    ready: () => waitUntil('the first line', () => (stdout.includes('\n') ? JSON.parse(stdout) : undefined)),
    signal: (name: 'SIGTERM' | 'SIGINT') => {
      for (const listener of process.listeners(name)) if (!before.has(listener)) listener(name);
    },
    listens: () => process.listeners('SIGTERM').some((listener) => !before.has(listener)),
  };
}

async function login(url: string, user_secret: string): Promise<number> {
  const body = JSON.stringify({ user_name: 'bridge', user_secret });
  const headers = { connection: 'close' };
  return (await fetch(`${url}/v2/sessions`, { method: 'POST', body, headers })).status;
}

describe('komand-bridge simulate', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, and ends on %s', async (name) => {
    const command = run(['--seed', '5']);
    const ready = await command.ready();
    expect(ready).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: process.pid,
      seed: 5,
    });
    expect(await login(ready.url, 'komand')).toBe(200);
    command.signal(name);
    await command.ended;
    expect(command.listens()).toBe(false);
    await expect(login(ready.url, 'komand')).rejects.toThrow('fetch failed');
  });

  it('takes its switches from options, files and the environment, the options first', async () => {
    const settings = file('settings.json', { password: 'of-the-file', tokenTtlMs: 1, jobDelayMs: [1, 2] });
    const faults = file('faults.json', [{ match: { path: '/v2/users' }, fault: { kind: 'hang' } }]);
    const args = [
      '--settings',
      settings,
      '--faults',
      faults,
      '--token-ttl',
      '9',
      '--job-delay',
      '5-7',
      '--job-duration',
      '3',
    ];
    const command = run(args, { SIMULATOR_PASSWORD: 'of-the-environment' });
    const { url } = await command.ready();
    const state = await (await fetch(`${url}/__sim/state`, { headers: { connection: 'close' } })).json();
    expect(state).toMatchObject({
      settings: { tokenTtlMs: 9_000, jobDelayMs: [5, 7], jobDurationMs: [3, 3] },
      faults: [{ fault: { kind: 'hang' } }],
    });
    expect(await login(url, 'of-the-file')).toBe(401);
    expect(await login(url, 'of-the-environment')).toBe(200);
    command.signal('SIGTERM');
    await command.ended;
  });

  it('says in one sentence that its port is in use, and exits 7', async () => {
    const { simulator, close } = await startSim();
    const port = String(simulator.port);
    await expect(run(['--port', port]).ended).rejects.toMatchObject({
      exitCode: 7,
      message: `Port ${port} of 127.0.0.1 is in use; give another with --port.`,
    });
    await close();
  });

  it.each([
    ['a setting that is not known', () => ['--settings', file('a.json', { nope: 1 })], 3],
    ['a fault that is not known', () => ['--faults', file('b.json', [{ fault: { kind: 'nope' } }])], 3],
    ['what is not JSON', () => ['--faults', file('c.json', '{')], 3],
    ['a file that is not there', () => ['--settings', join(dir, 'nowhere')], 2],
    ['a certificate without its key', () => ['--cert', file('d.pem', '')], 2],
    ['what is no certificate', () => ['--cert', file('e.pem', 'x'), '--key', file('f.pem', 'x')], 1],
  ])('refuses %s', async (_, args, exitCode) => {
    await expect(run(args()).ended).rejects.toMatchObject({ name: 'CliError', exitCode });
  });

  it.each([['--port', '70000'], ['--seed', '-1'], ['--job-delay', '5-3'], ['--job-delay', 'x'], ['--nope']])(
    'refuses %s %s',
    async (...args) => {
      await expect(run(args).ended).rejects.toMatchObject({ name: 'CommanderError' });
    },
  );
});
