import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Closers } from '../closers.js';
import { isJsonObject, type JsonObject } from '../model/json.js';
import {
  findRedisServer,
  installRedisServer,
  RedisUnavailable,
  startRedisServer,
} from '../queue/redis-server.js';
import { startProgram } from './child-program.js';
import type { CliIo } from './cli-io.js';
import { keepDemoSecrets, keepSecret } from './demo-secrets.js';
import { CliError, EXIT } from './exit-code.js';
import { freePortFrom } from './free-port-from.js';

/** Not the ports of a Redis or a service that may already be there. */
const REDIS_PORT = 6390;
const SIMULATOR_PORT = 8082;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** What a configuration gets to read where `--setup` provides what is missing. */
export interface Setup {
  readonly document: JsonObject;
  /** Resolves with one sentence when a service of ours ended by itself. */
  readonly broken: Promise<string>;
}

/** Which services the configuration leaves to us. */
export interface Wanted {
  readonly redis: boolean;
  readonly simulator: boolean;
}

/** The operations token of this data folder, made on the first start. */
export function opsToken(dataDir: string): string {
  return keepSecret(join(dataDir, 'ops-token'));
}

/** What the configuration is read with before the services are there: it shows which of them it leaves to us. */
export function placeholderSetup(dataDir: string): JsonObject {
  keepDemoSecrets(dataDir);
  return setupDocument(dataDir, 'redis://127.0.0.1:1', 'http://127.0.0.1:1');
}

/** Starts a Redis and a Komand simulator where they are wanted. Throws a `CliError` when one cannot be had. */
export async function startServices(
  io: CliIo,
  dataDir: string,
  wanted: Wanted,
  closers: Closers,
): Promise<Setup> {
  const redis = wanted.redis ? await startRedis(io, dataDir, closers) : undefined;
  const simulator = wanted.simulator ? await startSimulator(io, dataDir, closers) : undefined;
  return {
    document: setupDocument(dataDir, redis?.url, simulator),
    broken: redis?.exited ?? new Promise(() => undefined),
  };
}

function setupDocument(
  dataDir: string,
  redisUrl: string | undefined,
  simulatorUrl: string | undefined,
): JsonObject {
  return {
    ops: { tokens: [{ name: 'demo', role: 'operator', token: opsToken(dataDir) }] },
    ...(redisUrl === undefined ? {} : { redis: { url: redisUrl } }),
    ...(simulatorUrl === undefined
      ? {}
      : {
          targets: {
            simulator: {
              type: 'komand',
              url: simulatorUrl,
              username: 'bridge',
              password: keepSecret(join(dataDir, 'demo', 'simulator-password')),
            },
          },
        }),
  };
}

async function startRedis(
  io: CliIo,
  dataDir: string,
  closers: Closers,
): Promise<{ readonly url: string; readonly exited: Promise<string> }> {
  try {
    let binary = await findRedisServer();
    if (binary === undefined) {
      await installRedisServer((line) => io.stderr(`${line}\n`));
      binary = await findRedisServer();
    }
    if (binary === undefined) {
      throw new CliError('redis-server is installed and still not found on the PATH.', EXIT.dependencyDown);
    }
    const port = await freePortFrom(REDIS_PORT);
    const server = await startRedisServer({ binary, dir: join(dataDir, 'redis'), port });
    closers.push('redis server', () => server.close());
    return server;
  } catch (error) {
    if (error instanceof RedisUnavailable) throw new CliError(error.message, EXIT.dependencyDown);
    throw error;
  }
}

async function startSimulator(io: CliIo, dataDir: string, closers: Closers): Promise<string> {
  const port = await freePortFrom(Number(io.env['BRIDGE_SIMULATOR_PORT'] ?? SIMULATOR_PORT));
  const args = [
    'simulate',
    '--with-parent',
    '--port',
    String(port),
    '--state',
    join(dataDir, 'simulator.json'),
  ];
  const password = keepSecret(join(dataDir, 'demo', 'simulator-password'));
  const simulator = await startProgram('Komand simulator', MAIN, args, {
    SIMULATOR_PASSWORD: password,
  }).catch((error: unknown) => {
    throw new CliError(error instanceof Error ? error.message : String(error), EXIT.dependencyDown);
  });
  closers.push('komand simulator', () => simulator.close());
  const url = isJsonObject(simulator.ready) ? simulator.ready['url'] : undefined;
  if (typeof url !== 'string')
    throw new CliError('The Komand simulator told no address.', EXIT.dependencyDown);
  return url;
}
