import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startRedis, type TestRedis } from './start-redis.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

export interface TestCluster {
  /** `host:port` of each master. */
  readonly nodes: readonly string[];
  readonly masters: readonly TestRedis[];
  close(): Promise<void>;
}

/** A real cluster of three masters, once all slots are served. */
export async function startRedisCluster(): Promise<TestCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const masters = await Promise.all([0, 1, 2].map(() => startRedis(args, clusterPort())));
  const nodes = masters.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes']);
  for (const { port } of masters)
    await waitUntil('the cluster', async () =>
      (await run('redis-cli', ['-p', String(port), 'cluster', 'info'])).stdout.includes('cluster_state:ok'),
    );
  return { nodes, masters, close: async () => void (await Promise.all(masters.map((each) => each.close()))) };
}

/** The nodes talk to each other on a port 10,000 above their own. */
function clusterPort(): number {
  return 20_000 + Math.floor(Math.random() * 20_000);
}
