import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askRedis } from '../../../src/queue/ask-redis.js';
import { processIdentity } from '../../../src/queue/process-identity.js';
import {
  findRedisServer,
  RedisUnavailable,
  startRedisServer,
  type RedisServer,
} from '../../../src/queue/redis-server.js';
import { freePort } from '../../support/free-port.js';
import { spawnHelper } from '../../support/spawn-helper.js';
import { waitUntil } from '../../support/wait-until.js';

describe('a Redis of our own', () => {
  let dir: string;
  let binary: string;
  let servers: RedisServer[];
  const start = async (options: { dir?: string; port?: number } = {}): Promise<RedisServer> => {
    const port = options.port ?? (await freePort());
    const server = await startRedisServer({ binary, dir: options.dir ?? dir, port });
    servers.push(server);
    return server;
  };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bridge-own-redis-'));
    binary = (await findRedisServer()) ?? '';
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is found by a path that can be started', () => {
    expect(binary).toMatch(/^\/.*(redis|valkey)-server$/);
  });

  it('keeps everything it acknowledges, on this machine only', async () => {
    const { port } = await start();
    const said = await askRedis(
      port,
      ['appendonly', 'appendfsync', 'maxmemory-policy', 'bind', 'save']
        .map((s) => `CONFIG GET ${s}`)
        .join('\r\n'),
    );
    expect(said?.split('\r\n').filter((line) => /^[a-z0-9]/.test(line))).toEqual([
      'appendonly',
      'yes',
      'appendfsync',
      'always',
      'maxmemory-policy',
      'noeviction',
      'bind',
      '127.0.0.1',
      'save',
    ]);
  });

  it('has its data again after it was closed, and leaves nothing running', async () => {
    const first = await start();
    await askRedis(first.port, 'SET kept 1');
    await first.close();
    expect(processIdentity(first.pid)).toBeUndefined();
    const second = await start();
    expect(await askRedis(second.port, 'GET kept')).toContain('$1\r\n1\r\n');
  });

  it('says so when it ends by itself', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toContain('ended by itself');
    await (await start({ port: server.port })).close();
  });

  it('is taken over, with its port, when the bridge that started it was killed', async () => {
    const killed = spawnHelper('redis-holder.mjs', [dir, String(await freePort())]);
    const ready = await waitUntil('the first bridge', () => killed.lines[0]);
    const { pid, port } = JSON.parse(ready) as { pid: number; port: number };
    await askRedis(port, 'SET kept 1');
    killed.signal('SIGKILL');
    await killed.ended();
    const server = await start();
    expect(server).toMatchObject({ pid, port });
    expect(await askRedis(server.port, 'GET kept')).toContain('$1\r\n1\r\n');
    await server.close();
    await waitUntil('its end', () => processIdentity(pid) === undefined);
  });

  it('is refused while another bridge holds the folder, in one sentence that names it', async () => {
    await start();
    const second = spawnHelper('redis-holder.mjs', [dir, String(await freePort())]);
    expect(await second.ended()).toBe(7);
    expect(JSON.parse(second.lines[0] ?? '')).toEqual({
      name: 'RedisUnavailable',
      message: `Another bridge (process ${process.pid}) uses the data in ${dir}; stop it, or give this one a folder of its own.`,
    });
  });

  it.each([
    ['that answers', (port: number) => start({ dir: join(dir, 'other'), port }).then(() => undefined)],
    ['that says nothing', listenSilently],
  ])('names a port that is taken by a program %s', async (_, occupy) => {
    const port = await freePort();
    const leave = await occupy(port);
    try {
      const refused = await start({ port }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(RedisUnavailable);
      expect(String(refused)).toContain(`Port ${port} of 127.0.0.1 is taken`);
    } finally {
      await leave?.();
    }
    await start();
  });

  it('says why when it does not start', async () => {
    const port = await freePort();
    const refused = await startRedisServer({ binary: '/bin/false', dir, port }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(RedisUnavailable);
    expect(String(refused)).toContain('exit code 1');
  });
});

async function listenSilently(port: number): Promise<() => Promise<void>> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
