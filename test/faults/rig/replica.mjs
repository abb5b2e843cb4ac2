import { join } from 'node:path';
import { openRedis } from './redis.mjs';
import { openProxy } from './tcp-proxy.mjs';
import { waitFor } from './wait.mjs';

const HOST = '127.0.0.1';
/** Longer than any of it takes here. Milliseconds. */
const IN_STEP_WITHIN_MS = 20_000;

/** @typedef {import('./redis.mjs').RedisRig} RedisRig */

/**
 * A second Redis that follows the first, in step with it when this resolves; its link can be slow.
 * @param {RedisRig} first @param {string} dir
 */
export async function openReplica(first, dir) {
  const replica = await openRedis(join(dir, 'replica'));
  const link = await openProxy(first.port, Math.random);
  await replica.ask('REPLICAOF', HOST, link.port);
  await waitFor('the replica to be in step', () => isInStep(replica), IN_STEP_WITHIN_MS);
  return {
    port: replica.port,
    /** What the first one writes from now on does not reach it any more, though it has not noticed. */
    lag: () => link.set({ silent: true }),
    /** The first one stops writing, waits for this one, and follows it from then on. */
    takeOver: () => failOver(first, replica),
    /** It goes on with what it has. */
    promote: async () => {
      await replica.ask('REPLICAOF', 'NO', 'ONE');
    },
    /** The first one follows this one, until it has everything, and takes over. */
    async giveBack() {
      if (await isMaster(first)) await first.ask('REPLICAOF', HOST, replica.port);
      await waitFor('the first one to be in step', () => isInStep(first), IN_STEP_WITHIN_MS);
      await failOver(replica, first);
    },
    async close() {
      await replica.close();
      await link.close();
    },
  };
}

/** @param {RedisRig} from @param {RedisRig} to */
async function failOver(from, to) {
  await from.ask('FAILOVER', 'TO', HOST, to.port, 'TIMEOUT', 10_000);
  await waitFor('the other one to be master', () => isMaster(to), IN_STEP_WITHIN_MS);
}

/** @param {RedisRig} redis */
async function isMaster(redis) {
  return String(await redis.ask('INFO', 'replication')).includes('role:master');
}

/** @param {RedisRig} replica */
async function isInStep(replica) {
  const said = String(await replica.ask('INFO', 'replication'));
  return said.includes('master_link_status:up') && said.includes('master_sync_in_progress:0');
}
