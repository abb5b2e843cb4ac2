import cluster from 'node:cluster';
import { hostname } from 'node:os';
import { openApp, type App } from '../app.js';
import { createClosers } from '../closers.js';
import { formatFaults } from '../config/format-faults.js';
import { watchConfig } from '../config/watch-config.js';
import type { JsonObject } from '../model/json.js';
import { SpoolInUse } from '../queue/claim-spool.js';
import type { PresetLibrary } from '../sources/preset.js';
import type { CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { rememberSetup } from './demo-setup.js';
import { loadInForce, mustLoad, readText, shippedPresets, type Loaded } from './load-in-force.js';
import { readVersion } from './read-version.js';
import { placeholderSetup, startServices } from './setup-services.js';
import { refuseLeftSpools, STOP } from './run-processes.js';
import type { StartOptions } from './start-options.js';
import { welcome } from './welcome.js';

/** SIGTERM is promised to be over in 25 s; what hangs then is ended with the process. Milliseconds. */
const STOP_WITHIN_MS = 24_000;
/** All is closed; a connection that a library opened while it was being closed must not keep the process. Milliseconds. */
const LINGER_MS = 2_000;
const WATCH_DEBOUNCE_MS = 300;

/**
 * Runs until SIGTERM or SIGINT, then drains and ends. Throws a `CliError`: config for a broken configuration,
 * dependencyDown for a port that is taken or a Redis that cannot be had.
 */
export async function runBridge(io: CliIo, options: StartOptions): Promise<void> {
  const presets = shippedPresets();
  const closers = createClosers((name, error) => io.stderr(`${name} did not close: ${String(error)}\n`));
  const stop = untilSignal();
  let ran = false;
  try {
    const { loaded, setup, broken } = await prepare(io, options, presets, closers);
    if (cluster.isPrimary && options.roles.includes('ingress'))
      await refuseLeftSpools(loaded.inForce.config, options.dataDir, 1);
    const app = await open(loaded, options);
    closers.push('bridge', () => app.close());
    const reloading = keepReloading(io, options, presets, setup, app, loaded.read.files);
    closers.push('reload', () => reloading.close());
    if (options.setup) io.stderr(welcome(io, app, loaded.inForce, options.dataDir));
    const why = await Promise.race([stop, broken]);
    ran = true;
    if (why !== undefined) io.stderr(`${why}\n`);
  } finally {
    const late = setTimeout(() => {
      io.stderr(`Not everything ended within ${STOP_WITHIN_MS / 1_000} s; what is left is cut off.\n`);
      process.exit(EXIT.ok);
    }, STOP_WITHIN_MS);
    await closers.closeAll();
    clearTimeout(late);
    if (ran) setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

async function prepare(
  io: CliIo,
  options: StartOptions,
  presets: PresetLibrary,
  closers: ReturnType<typeof createClosers>,
): Promise<{
  readonly loaded: Extract<Loaded, { ok: true }>;
  readonly setup: JsonObject | undefined;
  readonly broken: Promise<string>;
}> {
  if (!options.setup) {
    return {
      loaded: mustLoad(io, options.config, presets),
      setup: undefined,
      broken: new Promise(() => undefined),
    };
  }
  const placeholder = placeholderSetup(options.dataDir);
  const first = mustLoad({ ...io, stderr: () => undefined }, options.config, presets, placeholder);
  const { document, broken } = await startServices(
    io,
    options.dataDir,
    {
      redis: first.read.origins.get('/redis/url') === 'setup',
      simulator: first.read.origins.get('/targets/simulator/url') === 'setup',
    },
    closers,
  );
  rememberSetup(options.dataDir, document);
  return { loaded: mustLoad(io, options.config, presets, document), setup: document, broken };
}

async function open({ inForce }: Extract<Loaded, { ok: true }>, options: StartOptions): Promise<App> {
  try {
    return await openApp({
      initial: inForce,
      roles: options.roles,
      version: readVersion(),
      instance: `${hostname()}-${process.pid}`,
      dataDir: options.dataDir,
      readFile: readText,
    });
  } catch (error) {
    if (error instanceof SpoolInUse) throw new CliError(error.message, EXIT.dependencyDown);
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    const port = 'port' in error ? String(error.port) : 'it needs';
    throw new CliError(
      `Port ${port} is in use. Stop what uses it, or choose another: BRIDGE_HTTP_PORT, BRIDGE_OPS_PORT.`,
      EXIT.dependencyDown,
    );
  }
}

/** A changed file or SIGHUP reloads the whole; a configuration with a fault never replaces a good one. */
function keepReloading(
  io: CliIo,
  options: StartOptions,
  presets: PresetLibrary,
  setup: JsonObject | undefined,
  app: App,
  files: readonly string[],
): { close(): Promise<void> } {
  let running = Promise.resolve();
  const reload = async (): Promise<void> => {
    const loaded = loadInForce(io, options.config, presets, setup);
    if (loaded.ok) return app.reload(loaded.inForce);
    app.observe({
      kind: 'notice',
      level: 'error',
      event: 'config.refused',
      message: 'The changed configuration has faults and is not used; the old one stays',
      data: { faults: formatFaults(loaded.faults) },
    });
  };
  const onChange = (): void => {
    running = running.then(reload).catch((error: unknown) => {
      app.observe({
        kind: 'notice',
        level: 'error',
        event: 'config.refused',
        message: 'The configuration could not be reloaded; the old one stays',
        data: { faults: String(error) },
      });
    });
  };
  const watching = watchConfig({ files, onChange, debounceMs: WATCH_DEBOUNCE_MS });
  process.on('SIGHUP', onChange);
  return {
    close: async () => {
      process.off('SIGHUP', onChange);
      watching.close();
      await running;
    },
  };
}

/** The first signal drains; a second one ends the process at once. */
function untilSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (): void => {
      if (seen) process.exit(EXIT.interrupted);
      seen = true;
      resolve(undefined);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // One of several processes is told by the first; it may have had the signal too, which then is the same one
    if (cluster.isWorker) process.on('message', (message) => message === STOP && resolve(undefined));
  });
}
