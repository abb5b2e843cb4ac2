import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waitUntil } from './wait-until.js';

export interface Helper {
  readonly pid: number;
  /** The lines it has said so far. */
  readonly lines: readonly string[];
  signal(name: NodeJS.Signals): void;
  /** Waits for its end and answers its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
}

/** Starts a small program of this folder as a process of its own, on the built code. */
export function spawnHelper(name: string, args: readonly string[]): Helper {
  const file = new URL(name, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    pid: child.pid ?? 0,
    lines,
    signal: (signal) => void child.kill(signal),
    ended: () => waitUntil(`${name} to end`, () => child.signalCode ?? child.exitCode ?? undefined, 30_000),
  };
}
