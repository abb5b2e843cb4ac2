import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findRedisServer } from '../../src/queue/redis-server.js';
import { freePort } from './free-port.js';
import { startRedis, type TestRedis } from './start-redis.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

export interface TestSentinels {
  /** `host:port` of each sentinel. */
  readonly nodes: readonly string[];
  readonly masterName: string;
  readonly master: TestRedis;
  readonly replica: TestRedis;
  close(): Promise<void>;
}

/** One master, one replica that has caught up, and three sentinels that know of each other. */
export async function startRedisSentinel(): Promise<TestSentinels> {
  const masterName = 'bridge';
  const binary = (await findRedisServer()) ?? '';
  const master = await startRedis();
  const replica = await startRedis(['--replicaof', `127.0.0.1 ${master.port}`]);
  const dir = mkdtempSync(join(tmpdir(), 'bridge-sentinel-'));
  const sentinels: { readonly port: number; readonly child: ChildProcess }[] = [];
  for (const n of [1, 2, 3]) {
    const port = await freePort();
    const file = join(dir, `sentinel-${n}.conf`);
    writeFileSync(
      file,
      [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${dir}`,
        `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds ${masterName} 1000`,
        `sentinel failover-timeout ${masterName} 5000`,
        '',
      ].join('\n'),
    );
    sentinels.push({ port, child: spawn(binary, [file, '--sentinel'], { stdio: 'ignore' }) });
  }
  const ask = async (port: number): Promise<string> =>
    (await run('redis-cli', ['-p', String(port), 'sentinel', 'master', masterName])).stdout;
  for (const { port } of sentinels)
    await waitUntil('the sentinels to know each other and the replica', async () => {
      const said = await ask(port);
      return /num-slaves\n1\n/.test(said) && /num-other-sentinels\n2\n/.test(said);
    });
  await waitUntil('the replica to catch up', async () =>
    (await run('redis-cli', ['-p', String(replica.port), 'info', 'replication'])).stdout.includes(
      'master_link_status:up',
    ),
  );
  return {
    nodes: sentinels.map(({ port }) => `127.0.0.1:${port}`),
    masterName,
    master,
    replica,
    close: async () => {
      for (const { child } of sentinels) child.kill('SIGKILL');
      for (const { child } of sentinels)
        await waitUntil('a sentinel to end', () => child.exitCode !== null || child.signalCode !== null);
      await replica.close();
      await master.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
