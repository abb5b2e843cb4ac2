import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer } from '../../src/queue/redis-server.js';
import { freePort } from './free-port.js';
import { waitUntil } from './wait-until.js';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  pid(): number;
  /** Sends one signal to the server, e.g. SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** Starts it again on the same port and data after a kill. */
  restart(): Promise<void>;
  /** Waits until the process is gone. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** On a machine that other tests keep busy. */
const START_WITHIN_MS = 60_000;

/** A Redis of the test's own: its own port, its own data, as durable as in production. */
export async function startRedis(extraArgs: readonly string[] = [], wanted?: number): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-redis-'));
  const port = wanted ?? (await freePort());
  let child = await launch(port, dir, extraArgs);
  const ended = async (): Promise<void> => {
    await waitUntil('redis to end', () => child.exitCode !== null || child.signalCode !== null);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    pid: () => child.pid ?? 0,
    signal: (name) => void child.kill(name),
    restart: async () => {
      child = await launch(port, dir, extraArgs);
    },
    ended,
    close: async () => {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, dir: string, extraArgs: readonly string[]): Promise<ChildProcess> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'yes',
  ];
  const binary = await findRedisServer();
  if (binary === undefined) throw new Error('There is no redis-server here.');
  const child = spawn(
    binary,
    [...args, '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', ...extraArgs],
    { stdio: 'ignore' },
  );
  await waitUntil('redis to answer', () => answersPing(port), START_WITHIN_MS);
  return child;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const done = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.once('data', (data) => done(data.toString().startsWith('+PONG')));
    socket.once('error', () => done(false));
    socket.setTimeout(1_000, () => done(false));
  });
}
