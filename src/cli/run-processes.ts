import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import type { Config } from '../model/settings.js';
import { spoolDir } from '../open-ingress.js';
import { leftSpools } from '../queue/left-spools.js';
import type { CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import type { StartOptions } from './start-options.js';

/** How the first process tells the others to drain and end; signals reach those of a terminal or a unit anyway. */
export const STOP = 'stop';
/** One that crashed at once would crash again at once. Milliseconds. */
const AGAIN_MS = 1_000;

/**
 * Runs the bridge as several processes that share the port for senders; each has a spool and an operations port of its
 * own, counted upwards. One that crashes is started again. Resolves once all have ended. Throws a `CliError`: config for
 * a broken configuration, dependencyDown where a process that is no more has left events, and what a process ends with
 * that cannot start.
 */
export async function runProcesses(io: CliIo, options: StartOptions, count: number): Promise<void> {
  const quiet = { ...io, stderr: () => undefined };
  const { config } = mustLoad(quiet, options.config, shippedPresets()).inForce;
  const spool = spoolDir(config, options.dataDir);
  if (options.roles.includes('ingress')) await refuseLeftSpools(config, options.dataDir, count);

  const children = new Map<number, Worker>();
  const timers = new Set<NodeJS.Timeout>();
  let ending = false;
  let failure: number | undefined;
  let resolve: () => void;
  const allEnded = new Promise<void>((done) => (resolve = done));
  const end = (): void => {
    ending = true;
    timers.forEach(clearTimeout);
    for (const child of children.values()) child.send(STOP);
    if (children.size === 0) resolve();
  };
  const launch = (nth: number): void => {
    const own = nth === 0 ? options.dataDir : join(options.dataDir, `process-${nth + 1}`);
    cluster.setupPrimary({ args: startArgs(options, own) });
    const child = cluster.fork({
      BRIDGE_OPS_PORT: String(config.ops.port + nth),
      BRIDGE_SPOOL_DIR: nth === 0 ? spool : `${spool}-${nth + 1}`,
    });
    children.set(nth, child);
    child.once('exit', (code, signal) => {
      children.delete(nth);
      if (ending) return children.size === 0 ? resolve() : undefined;
      if (code !== EXIT.failed && signal === null) {
        failure = code;
        return end();
      }
      io.stderr(`Process ${nth + 1} of ${count} ended (${signal ?? code}) and is started again.\n`);
      const timer = setTimeout(() => (timers.delete(timer), launch(nth)), AGAIN_MS);
      timers.add(timer);
    });
  };
  const onSignal = (): void => {
    if (ending) for (const child of children.values()) child.kill('SIGKILL');
    else end();
  };
  const onHangUp = (): void => children.forEach((child) => void child.process.kill('SIGHUP'));
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onHangUp);
  for (let nth = 0; nth < count; nth += 1) launch(nth);
  await allEnded;
  process.off('SIGTERM', onSignal).off('SIGINT', onSignal).off('SIGHUP', onHangUp);
  if (failure !== undefined && failure !== EXIT.ok) process.exitCode = failure;
}

/**
 * Events must not lie forgotten in the spool of a process that there is no more. Throws a `CliError` where they would.
 */
export async function refuseLeftSpools(config: Config, dataDir: string, count: number): Promise<void> {
  const [left] = await leftSpools(spoolDir(config, dataDir), count, config);
  if (left === undefined) return;
  throw new CliError(
    `${left.dir} still holds ${left.events} events: start with --processes ${left.nth} until bridge_spool_events is 0 on every process.`,
    EXIT.dependencyDown,
  );
}

function startArgs({ config, roles }: StartOptions, dataDir: string): string[] {
  return ['start', '--config', config, '--roles', roles.join(','), '--data', dataDir];
}
