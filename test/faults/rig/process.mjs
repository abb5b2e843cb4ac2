import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { waitFor } from './wait.mjs';

/**
 * A program that may be killed and started again, with its output in a file.
 * @typedef {object} Managed
 * @property {string} name
 * @property {string} logFile
 * @property {() => number} pid
 * @property {() => boolean} alive
 * @property {() => void} start
 * @property {(signal: NodeJS.Signals) => void} signal SIGKILL, SIGTERM and SIGINT make its end an expected one
 * @property {() => void} expectEnd for an end that something else brings about
 * @property {(timeoutMs?: number) => Promise<string | number>} ended its exit code, or the signal that ended it
 * @property {() => readonly Exit[]} exits
 * @property {() => string} log
 *
 * @typedef {object} Exit
 * @property {number} at Unix milliseconds
 * @property {string | number} by
 * @property {boolean} expected
 */

/** Nothing that was started here outlives the run, however that ends. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const ENDING = new Set(['SIGKILL', 'SIGTERM', 'SIGINT']);

/**
 * @param {{ name: string, command: string, args: readonly string[], env: Readonly<Record<string, string>>, cwd: string,
 *   logFile: string }} options
 * @returns {Managed}
 */
export function manage({ name, command, args, env, cwd, logFile }) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  let expected = false;
  /** @type {Exit[]} */
  const exits = [];
  const over = () => child === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    logFile,
    pid: () => child?.pid ?? 0,
    alive: () => !over(),
    start() {
      if (!over()) return;
      expected = false;
      const out = openSync(logFile, 'a');
      const started = spawn(command, [...args], { env, cwd, stdio: ['ignore', out, out] });
      closeSync(out);
      started.once('exit', (code, signal) =>
        exits.push({ at: Date.now(), by: signal ?? code ?? 'unknown', expected }),
      );
      started.once('error', (error) => exits.push({ at: Date.now(), by: error.message, expected: false }));
      running.add(started);
      started.once('exit', () => running.delete(started));
      child = started;
    },
    signal(signal) {
      if (over()) return;
      if (ENDING.has(signal)) expected = true;
      child?.kill(signal);
    },
    expectEnd() {
      expected = true;
    },
    async ended(timeoutMs = 30_000) {
      await waitFor(`${name} to end`, over, timeoutMs, 5);
      return child?.signalCode ?? child?.exitCode ?? 'never started';
    },
    exits: () => exits,
    log: () => readFileSync(logFile, 'utf8'),
  };
}
