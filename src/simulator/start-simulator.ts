import { randomInt } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { closeServer } from '../model/close-server.js';
import type { FaultRule } from './fault.js';
import { createRequestHandler } from './handle-request.js';
import { openJobLog, type OpenJobLog } from './job-log.js';
import type { SettingsPatch } from './settings.js';
import { World } from './world.js';

export interface SimulatorOptions {
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** The same seed and the same requests give the same job ids, delays, outcomes and faults. Absent: by chance. */
  readonly seed?: number;
  readonly settings?: SettingsPatch;
  readonly faults?: readonly FaultRule[];
  /** Jobs kept; the oldest are forgotten. 200,000 when absent. */
  readonly maxJobs?: number;
  /** Requests kept in the ledger; 200,000 when absent. */
  readonly maxLedger?: number;
  /** And their size, roughly; 512 MiB when absent. */
  readonly maxLedgerBytes?: number;
  /** Where jobs outlive the process; without it they end with it. */
  readonly stateFile?: string;
  /** PEM. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** Stops listening, and cuts what is still unanswered after a moment. */
  close(): Promise<void>;
}

const DEFAULT_LIMIT = 200_000;
const DEFAULT_LEDGER_BYTES = 512 * 1024 * 1024;
const GRACE_MS = 100;
/** Longer than any client of ours keeps a connection idle, so that none is met by our close. */
const SERVER = { keepAliveTimeout: 65_000, noDelay: true, requestTimeout: 0, maxHeaderSize: 64 * 1024 };

/** Starts a Komand on this machine. Rejects with the system's error when it cannot listen or read its state file. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', maxJobs = DEFAULT_LIMIT } = options;
  const log = options.stateFile === undefined ? undefined : openJobLog(options.stateFile, maxJobs);
  const seed = options.seed ?? log?.seed ?? randomInt(2 ** 32);
  const world = new World({
    seed,
    settings: options.settings ?? {},
    faults: options.faults ?? [],
    maxJobs,
    maxLedger: options.maxLedger ?? DEFAULT_LIMIT,
    maxLedgerBytes: options.maxLedgerBytes ?? DEFAULT_LEDGER_BYTES,
    clock: options.clock ?? Date.now,
  });
  const server = createListener(options, createRequestHandler(world));
  const port = await listen(server, options.port ?? 0, host);
  if (log !== undefined) restore(world, log, seed);
  const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${shown}:${port}`,
    port,
    seed,
    async close() {
      await closeServer(server, GRACE_MS);
      log?.close();
    },
  };
}

/** The file is written only once the port is ours: two simulators must not share it. */
function restore(world: World, log: OpenJobLog, seed: number): void {
  log.begin(seed);
  world.jobLog = log;
  for (const job of log.jobs) {
    world.jobs.add(job, world.now());
    world.nextJob = Math.max(world.nextJob, job.n + 1);
    if (world.settings.workflows.length === 0) world.seenWorkflows.add(job.workflowUid);
  }
}

function createListener({ tls }: SimulatorOptions, handler: RequestListener): Server {
  return tls === undefined ? createServer(SERVER, handler) : createTlsServer({ ...SERVER, ...tls }, handler);
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
