import { spawn, type ChildProcess } from 'node:child_process';
import { waitUntil } from './wait-until.js';

export interface Program {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Waits for its end and answers its exit code, or the signal that ended it. */
  ended(timeoutMs?: number): Promise<number | NodeJS.Signals>;
  /** Ends it by force, where it is still there. */
  close(): Promise<void>;
}

/** Starts the built program as a real process of its own. */
export function spawnProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Program {
  const child = spawn(process.execPath, [new URL('../../dist/main.js', import.meta.url).pathname, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const over = (): number | NodeJS.Signals | undefined => child.signalCode ?? child.exitCode ?? undefined;
  const ended = (timeoutMs = 30_000): Promise<number | NodeJS.Signals> =>
    waitUntil(`the program to end: ${args.join(' ')}`, over, timeoutMs);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (name) => void child.kill(name),
    ended,
    close: async () => {
      if (over() === undefined) child.kill('SIGKILL');
      await ended();
    },
  };
}
