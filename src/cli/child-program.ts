import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a program of ours may take until it says that it listens, in milliseconds. */
const READY_WITHIN_MS = 20_000;
/** How long it may take to end when asked to. */
const END_WITHIN_MS = 5_000;

export interface ChildProgram {
  /** The JSON line with which it said that it is ready. */
  readonly ready: unknown;
  readonly pid: number;
  close(): Promise<void>;
}

/**
 * Starts a program of ours (same Node.js, same build) and waits for its first line of JSON on standard output.
 * Rejects with one sentence when it ends before that or takes too long.
 */
export async function startProgram(
  name: string,
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProgram> {
  // A group of its own: Ctrl-C ends the bridge, which ends this one when it needs it no more
  const child = spawn(process.execPath, [entry, ...args], {
    // The pipe to its input ends with this process, however that ends: the child can tell
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    detached: true,
  });
  const ready = await firstLine(name, child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { ready, pid: child.pid ?? 0, close: () => endChild(child) };
}

function firstLine(name: string, child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`The ${name} did not start: ${why}.`));
    const timer = setTimeout(() => fail(`it said nothing for ${READY_WITHIN_MS / 1_000} s`), READY_WITHIN_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code ?? 'unknown'}`}`));
    if (child.stdout === null) return fail('it has no output');
    const lines = createInterface({ input: child.stdout });
    lines.once('line', (line) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      try {
        resolve(JSON.parse(line));
      } catch {
        fail('its first line is not JSON');
      }
    });
  });
}

function endChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const kill = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
