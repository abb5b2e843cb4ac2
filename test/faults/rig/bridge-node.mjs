import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { manage } from './process.mjs';
import { openProxy } from './tcp-proxy.mjs';
import { waitFor } from './wait.mjs';

/** @typedef {Awaited<ReturnType<typeof openNode>>} Node */

/** On a machine that others are busy on. */
const START_WITHIN_MS = 120_000;

/**
 * One process of the bridge, with a proxy of its own towards Redis and towards Komand.
 * @param {{ name: string, roles: string, program: string, dir: string, configFile: string, redisPort: number,
 *   komandPort: number, komandOrigin: (port: number) => string, wrap: readonly string[], env: Readonly<Record<string, string>>,
 *   token: string, random: () => number }} options
 */
export async function openNode(options) {
  const { name, roles, program, dir, configFile, token } = options;
  const [hooksPort, opsPort] = [await freePort(), await freePort()];
  const redis = await openProxy(options.redisPort, options.random);
  const komand = await openProxy(options.komandPort, options.random);
  const args = [
    program,
    'start',
    '--roles',
    roles,
    '--config',
    configFile,
    '--data',
    join(dir, `data-${name}`),
  ];
  const [command = '', ...rest] = [...options.wrap, process.execPath, ...args];
  const managed = manage({
    name,
    command,
    args: rest,
    cwd: dir,
    logFile: join(dir, `${name}.log`),
    env: {
      PATH: process.env.PATH ?? '',
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      BRIDGE_TARGETS_SOAR_URL: options.komandOrigin(komand.port),
      BRIDGE_HTTP_HOST: '127.0.0.1',
      BRIDGE_HTTP_PORT: String(hooksPort),
      BRIDGE_OPS_PORT: String(opsPort),
      ...options.env,
    },
  });
  const headers = { authorization: `Bearer ${token}`, connection: 'close' };

  /** @param {string} path */
  const api = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${opsPort}${path}`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`${name} ${path}: ${answer.status}`);
    return answer;
  };
  return {
    name,
    hooksPort,
    opsPort,
    redis,
    komand,
    managed,
    /** @param {string} path */
    json: async (path) => (await api(path)).json(),
    /** @param {string} path */
    text: async (path) => (await api(path)).text(),
    /** Starts it where it does not run, and waits until it serves; Redis and Komand may be away. */
    async start() {
      managed.start();
      await waitFor(
        `${name} to serve`,
        async () => {
          // One that was killed just before may not have been seen to be over when it was started
          if (managed.exits().at(-1)?.expected === true) managed.start();
          return managed.alive() && (await api('/healthz')).ok;
        },
        START_WITHIN_MS,
      );
    },
    kill: () => managed.signal('SIGKILL'),
    async close() {
      managed.signal('SIGCONT');
      managed.signal('SIGKILL');
      await managed.ended();
      await redis.close();
      await komand.close();
    },
  };
}
