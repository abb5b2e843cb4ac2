// Child processes of a bench: started, read line by line, ended.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../faults/rig/free-port.mjs';

/**
 * Starts a Node.js program and waits for its first line of JSON.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 */
export async function startNode(file, args = [], env = {}, nodeArgs = []) {
  const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout });
  const received = [];
  const waiting = [];
  lines.on('line', (line) => (waiting.length > 0 ? waiting.shift()(line) : received.push(line)));
  const next = () =>
    received.length > 0
      ? Promise.resolve(received.shift())
      : new Promise((resolve, reject) => {
          waiting.push(resolve);
          child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
        });
  return {
    child,
    next,
    close: () => end(child),
  };
}

/** A Redis of its own, as durable as in production. */
export async function startRedis() {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'always' };
  const args = Object.entries({ ...settings, 'maxmemory-policy': 'noeviction' }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    port,
    child,
    url: `redis://127.0.0.1:${port}`,
    close: async () => {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Asks it to end, and waits until it has. */
export function end(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const kill = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
