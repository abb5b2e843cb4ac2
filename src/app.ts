import { createClosers } from './closers.js';
import type { Observe } from './model/observation.js';
import type { Config } from './model/settings.js';
import { openIngress, type Ingress } from './open-ingress.js';
import { openOps, type Ops } from './open-ops.js';
import { openWorker, type WorkerRole } from './open-worker.js';
import { countObservation } from './ops/observe/count-observation.js';
import { createObserver } from './ops/observe/create-observer.js';
import { initSeries } from './ops/observe/init-series.js';
import { createLog, type WriteLog } from './ops/observe/log.js';
import { writeObservation } from './ops/observe/log-lines.js';
import { createMetrics, type Metrics } from './ops/observe/metrics.js';
import { openStore } from './open-store.js';
import { tellOthers } from './open-tail.js';
import type { InForce } from './in-force.js';
import type { Role, Shared } from './shared.js';

export interface AppOptions {
  readonly initial: InForce;
  readonly roles: readonly Role[];
  readonly version: string;
  /** Tells this process apart from its like, e.g. `host-pid`. */
  readonly instance: string;
  /** Where the spool and what is remembered of Redis live. */
  readonly dataDir: string;
  readonly readFile: (path: string) => string;
  /** Takes the log's lines. Default: standard output. */
  readonly writeLine?: (line: string) => void;
}

export interface App {
  /** Where senders post, with the role `ingress`. */
  readonly publicUrl: string | undefined;
  /** The console and API, with the role `ops`. */
  readonly opsUrl: string | undefined;
  readonly observe: Observe;
  /** Puts another configuration in force: sources, routes, targets and tokens at once. */
  reload(next: InForce): Promise<void>;
  /** Unready, a moment for balancers to see it, then everything in reverse order. */
  close(): Promise<void>;
}

/** Probes ask every second or so: time for them to see it before connections are refused. Milliseconds. */
const LEAVE_MS = 1_000;

/**
 * Opens everything once, in order: log, Redis, then the roles; `close` goes the other way. Redis may be away: the
 * bridge starts all the same. Rejects when a port is taken.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const { initial, roles, version, instance, dataDir, readFile } = options;
  let inForce = initial;
  let leaving = false;
  let draining = false;

  const metrics = createMetrics({ version, node: process.version });
  initSeries(metrics, initial.config.sources);
  metrics.configInfo.set({ hash: initial.hash }, 1);
  const log = countLines(metrics, openLog(options));
  const watchers = new Set<Observe>();
  const observe = createObserver(
    [
      (seen) => countObservation(metrics, seen),
      (seen) => writeObservation(log, seen),
      (seen) => watchers.forEach((watch) => watch(seen)),
    ],
    (error) => process.stderr.write(`An observer failed: ${String(error)}\n`),
  );
  const closers = createClosers((name, error) =>
    observe({
      kind: 'notice',
      level: 'warn',
      event: 'close.failed',
      message: 'A part did not close as it should',
      data: { part: name, cause: String(error) },
    }),
  );

  const now = Date.now;
  const store = openStore({ inForce: () => inForce, observe, closers, instance, dataDir, now });
  const shared: Shared = {
    instance,
    version,
    readFile,
    closers,
    observe,
    watchers,
    metrics,
    store,
    inForce: () => inForce,
    leaving: () => leaving,
    draining: () => draining,
    now,
  };
  let ingress: Ingress | undefined;
  let worker: WorkerRole | undefined;
  let ops: Ops | undefined;
  try {
    // First in, last out: readiness is told to the end
    if (roles.includes('ops')) {
      ops = await openOps(shared, { ingress: () => ingress, worker: () => worker });
    } else tellOthers(shared);
    if (roles.includes('worker')) worker = await openWorker(shared);
    if (roles.includes('ingress')) ingress = await openIngress(shared, dataDir);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }

  return {
    publicUrl: ingress?.url,
    opsUrl: ops?.url,
    observe,
    async reload(next) {
      const before = inForce;
      inForce = next;
      initSeries(metrics, next.config.sources);
      metrics.configInfo.reset();
      metrics.configInfo.set({ hash: next.hash }, 1);
      store.sourcesChanged();
      await worker?.configure(next);
      observe({
        kind: 'notice',
        level: 'info',
        event: 'config.reloaded',
        message: 'Another configuration is in force',
        data: { hash: next.hash, restart_needed: needsRestart(before.config, next.config) },
      });
    },
    async close() {
      leaving = true;
      if (ingress !== undefined) await new Promise((resolve) => setTimeout(resolve, LEAVE_MS));
      draining = true;
      await closers.closeAll();
    },
  };
}

function openLog({ initial, version, instance, writeLine }: AppOptions): WriteLog {
  return createLog({
    level: initial.config.log.level,
    service: 'komand-bridge',
    version,
    instance,
    ...(writeLine === undefined ? {} : { write: writeLine }),
  });
}

function countLines(metrics: Metrics, log: WriteLog): WriteLog {
  return (level, message, fields) => {
    metrics.logLines.inc({ level });
    log(level, message, fields);
  };
}

/** What is bound at the start: addresses, Redis, the spool. Said, so that nobody believes it took effect. */
function needsRestart(before: Config, after: Config): boolean {
  const bound = ({ redis, http, ops, spool, log }: Config): string =>
    JSON.stringify([redis, http, ops.host, ops.port, spool, log]);
  return bound(before) !== bound(after);
}
