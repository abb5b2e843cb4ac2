import { Worker } from 'bullmq';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/observation.js';
import { openRedis, type RedisConnections } from '../../../src/queue/connect.js';
import { arrivalOf } from '../../support/arrivals.js';
import { freePort } from '../../support/free-port.js';
import { openTestStore, PREFIX } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

describe('connections', () => {
  let redis: TestRedis;
  let connections: RedisConnections;
  let seen: Observation[];
  const open = (url: string): RedisConnections =>
    openRedis({ url, mode: 'single', nodes: [], prefix: PREFIX }, (each) => void seen.push(each));
  const answers = async (): Promise<boolean> => (await connections.quick.ping()) === 'PONG';

  beforeEach(async () => {
    redis = await startRedis();
    seen = [];
    connections = open(redis.url);
    await waitUntil('the connection', answers);
  });
  afterEach(async () => {
    await connections.close();
    await redis.close();
  });

  const awayFor = async (ms: number): Promise<void> => {
    redis.signal('SIGKILL');
    await redis.ended();
    const since = performance.now();
    await waitUntil('the time away', () => performance.now() - since > ms, ms + 5_000);
    await expect(connections.quick.ping()).rejects.toThrow();
    await redis.restart();
  };

  it.each([1_000, 20_000])(
    'are back within 2 s of Redis after %i ms without it, and say so once',
    async (ms) => {
      await awayFor(ms);
      const back = performance.now();
      await waitUntil('an answer', answers);
      await waitUntil(
        'an answer on the patient one',
        async () => (await connections.patient.ping()) === 'PONG',
      );
      expect(performance.now() - back).toBeLessThan(2_000);
      const events = seen.map((each) => (each.kind === 'notice' ? each.event : each.kind));
      expect(events).toEqual(['redis.up', 'redis.down', 'redis.up']);
    },
  );

  it('say nothing of an outage when they are closed on purpose', async () => {
    await waitUntil('an answer', answers);
    await connections.close();
    expect(seen.map((each) => (each.kind === 'notice' ? each.event : each.kind))).toEqual(['redis.up']);
  });

  it('gather no listeners and no clients, however often Redis goes', async () => {
    const listeners = (): number[] =>
      [connections.quick, connections.patient].flatMap((client) =>
        client.eventNames().map((name) => client.listenerCount(name)),
      );
    const before = listeners();
    for (let i = 0; i < 15; i += 1) {
      redis.signal('SIGKILL');
      await redis.ended();
      await redis.restart();
      await waitUntil('an answer', answers);
    }
    expect(listeners()).toEqual(before);
    await waitUntil('only ours', async () => {
      const list = String(await connections.quick.client('LIST'));
      return list.trim().split('\n').length === 2;
    });
  });

  it('let a worker go on after an outage', async () => {
    const store = await openTestStore({ url: redis.url });
    const done: unknown[] = [];
    const worker = new Worker('{alerts}', async (job) => void done.push(job.id), {
      connection: store.connections.patient,
      prefix: PREFIX,
    });
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    await awayFor(1_000);
    await waitUntil('a write', () => store.events.accept([arrivalOf()]));
    await waitUntil('the work', () => done.length === 1, 5_000);
    await worker.close();
    await store.close();
  });

  it('end while Redis hangs', async () => {
    redis.signal('SIGSTOP');
    const asked = performance.now();
    await connections.close();
    expect(performance.now() - asked).toBeLessThan(3_000);
  });

  it('give up a connection whose other end vanished without a word', async () => {
    const proxy = await startSilentProxy(redis.port);
    const other = open(`redis://127.0.0.1:${proxy.port}`);
    await waitUntil('an answer', async () => (await other.quick.ping()) === 'PONG');
    proxy.silence();
    const since = performance.now();
    await expect(other.quick.ping()).rejects.toThrow();
    await waitUntil(
      'an answer on a new connection',
      async () => (await other.quick.ping()) === 'PONG',
      20_000,
    );
    expect(performance.now() - since).toBeLessThan(9_000);
    await other.close();
    await proxy.close();
  });
});

/** A proxy that can stop carrying for the connections it has, as a firewall that forgot them. New ones work. */
async function startSilentProxy(
  to: number,
): Promise<{ readonly port: number; silence(): void; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((incoming) => {
    const outgoing = connect(to, '127.0.0.1');
    sockets.push(incoming, outgoing);
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined);
    incoming.pipe(outgoing).pipe(incoming);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    silence: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
