import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve as resolvePath } from 'node:path';
import { askRedis } from './ask-redis.js';
import { processIdentity } from './process-identity.js';
import { claimRedisFolder, isRedisOf, noteClaim, releaseClaim, type LivingRedis } from './redis-claim.js';
import { RedisUnavailable } from './redis-unavailable.js';

const LOOK_EVERY_MS = 20;
/** Without any sign of life. One that is still reading its data says so and may take as long as it needs. */
const START_WITHIN_MS = 20_000;
const END_WITHIN_MS = 10_000;

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves with one sentence when it ends without having been asked to. */
  readonly exited: Promise<string>;
  /** Ends it and waits until it is gone. */
  close(): Promise<void>;
}

/**
 * Starts a Redis that keeps what it acknowledged: append-only file, synced at every write, nothing evicted, on 127.0.0.1
 * only. It is a process group of its own, so that Ctrl-C ends the bridge first and its Redis after. If the bridge is
 * killed it runs on, and the next start on the same folder takes it over, on the port it has.
 * Throws `RedisUnavailable` for a port that is taken, a folder that is in use and a server that ends.
 */
export async function startRedisServer(options: {
  readonly binary: string;
  readonly dir: string;
  readonly port: number;
}): Promise<RedisServer> {
  const dir = resolvePath(options.dir);
  mkdirSync(dir, { recursive: true });
  const left = await claimRedisFolder(dir, options.port);
  try {
    const living = left ?? (await launch(options.binary, dir, options.port));
    return watch(dir, living);
  } catch (error) {
    releaseClaim(dir);
    throw error;
  }
}

async function launch(binary: string, dir: string, port: number): Promise<LivingRedis> {
  if ((await askRedis(port, 'PING')) !== undefined) throw portTaken(port);
  const logged = readLog(dir).length;
  const child = spawn(binary, serverArguments(dir, port), { stdio: 'ignore', detached: true });
  child.unref();
  let failed: string | undefined;
  child.once('error', (error) => (failed = error.message));
  child.once('exit', (code, by) => (failed = by ?? `exit code ${code ?? 'unknown'}`));
  const living = { pid: child.pid ?? 0, port };
  if (child.pid !== undefined) noteClaim(dir, living);
  try {
    await untilAnswers(port, () => failed);
    if (await isRedisOf(dir, living)) return living;
    throw portTaken(port);
  } catch (error) {
    endChild(child);
    if (failed === undefined || !(error instanceof RedisUnavailable)) throw error;
    throw readLog(dir).slice(logged).includes('Address already in use') ? portTaken(port) : error;
  }
}

function serverArguments(dir: string, port: number): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    logfile: join(dir, 'redis.log'),
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function untilAnswers(port: number, failed: () => string | undefined): Promise<void> {
  let deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    const why = failed();
    if (why !== undefined)
      throw new RedisUnavailable(`Redis did not start (${why}); its data folder has redis.log.`);
    const said = await askRedis(port, 'PING');
    if (said?.startsWith('+PONG') === true) return;
    if (said?.startsWith('-LOADING') === true) deadline = performance.now() + START_WITHIN_MS;
    if (performance.now() > deadline) {
      throw new RedisUnavailable(`Redis did not answer on port ${port} within ${START_WITHIN_MS / 1_000} s.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Its end is seen by the end of a connection to it: one that was taken over is nobody's child here. */
function watch(dir: string, { pid, port }: LivingRedis): RedisServer {
  let closing = false;
  const socket = connect(port, '127.0.0.1').unref();
  const gone = new Promise<void>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => void untilGone(pid).then(resolve));
  });
  // Read and thrown away: an answer nobody reads keeps the end from being seen
  socket.resume();
  const exited = new Promise<string>((resolve) => {
    void gone.then(() =>
      closing ? undefined : resolve(`Redis (process ${pid}) ended by itself; see redis.log.`),
    );
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    exited,
    close: async () => {
      closing = true;
      signal(pid, 'SIGTERM');
      const kill = setTimeout(() => signal(pid, 'SIGKILL'), END_WITHIN_MS);
      await gone;
      clearTimeout(kill);
      releaseClaim(dir);
    },
  };
}

async function untilGone(pid: number): Promise<void> {
  while (processIdentity(pid) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS).unref());
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already
  }
}

function endChild(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

function portTaken(port: number): RedisUnavailable {
  return new RedisUnavailable(
    `Port ${port} of 127.0.0.1 is taken by another program; free it, or choose another port for Redis.`,
  );
}

function readLog(dir: string): string {
  try {
    return readFileSync(join(dir, 'redis.log'), 'utf8');
  } catch {
    return '';
  }
}
