import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startRedis, type TestRedis } from './start-redis.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);
const NODE_TIMEOUT_MS = 2_000;
/** On a machine that other tests keep busy. */
const START_WITHIN_MS = 60_000;

export interface TestCluster {
  /** `host:port` of each of the first masters. */
  readonly nodes: readonly string[];
  readonly masters: readonly TestRedis[];
  /** One more master, which has no slots until `rebalance`. */
  addMaster(): Promise<TestRedis>;
  /** Spreads the slots evenly over all masters; their keys move while clients go on. */
  rebalance(): Promise<void>;
  /** Whether `node` believes that every slot is served. */
  isWhole(node: TestRedis): Promise<boolean>;
  /** Keys of a source that `node` itself holds. */
  keysOf(node: TestRedis, source: string): Promise<number>;
  close(): Promise<void>;
}

/** A real cluster of three masters, each with a replica where asked for, once all slots are served. */
export async function startRedisCluster(replicas: 0 | 1 = 0): Promise<TestCluster> {
  const all = await Promise.all(Array.from({ length: 3 * (1 + replicas) }, startNode));
  const masters = all.slice(0, 3);
  const nodes = masters.map(address);
  const given = ['--cluster-replicas', String(replicas), '--cluster-yes'];
  await cli('--cluster', 'create', ...all.map(address), ...given);
  const isWhole = async (node: TestRedis): Promise<boolean> =>
    (await ask(node, 'cluster', 'info')).includes('cluster_state:ok');
  for (const node of all) await waitUntil('the cluster', () => isWhole(node), START_WITHIN_MS);
  for (const node of all.slice(3))
    await waitUntil(
      'a replica to catch up',
      async () => (await ask(node, 'info', 'replication')).includes('master_link_status:up'),
      START_WITHIN_MS,
    );
  const first = nodes[0] ?? '';
  return {
    nodes,
    masters,
    isWhole,
    addMaster: async () => {
      const node = await startNode();
      all.push(node);
      await cli('--cluster', 'add-node', address(node), first);
      await waitUntil(
        'all nodes to know the new one',
        async () => {
          const known = await Promise.all(all.map((each) => ask(each, 'cluster', 'info')));
          return known.every((text) => text.includes(`cluster_known_nodes:${all.length}`));
        },
        START_WITHIN_MS,
      );
      return node;
    },
    rebalance: async () => {
      // redis-cli refuses while the nodes do not agree yet on who they are
      await waitUntil(
        'the nodes to agree',
        async () => (await cli('--cluster', 'check', first)) !== '',
        START_WITHIN_MS,
      );
      await cli('--cluster', 'rebalance', first, '--cluster-use-empty-masters');
    },
    keysOf: async (node, source) => {
      const keys = await ask(node, '--scan', '--pattern', `*{${source}}*`);
      return keys.split('\n').filter((key) => key !== '').length;
    },
    close: async () => void (await Promise.all(all.map((each) => each.close()))),
  };
}

function startNode(): Promise<TestRedis> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)];
  return startRedis(args, clusterPort());
}

/**
 * The nodes talk to each other on a port 10,000 above their own: no node's own port is among those, all are below the
 * ports that the system gives out, and `freePort` takes none of either.
 */
function clusterPort(): number {
  return 11_000 + Math.floor(Math.random() * 2_000);
}

const address = ({ port }: TestRedis): string => `127.0.0.1:${port}`;

async function cli(...args: readonly string[]): Promise<string> {
  return (await run('redis-cli', [...args])).stdout;
}

function ask({ port }: TestRedis, ...command: readonly string[]): Promise<string> {
  return cli('-p', String(port), ...command);
}
