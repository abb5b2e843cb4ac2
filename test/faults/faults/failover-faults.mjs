import { openReplica } from '../rig/replica.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Redis' part is taken over by its replica, and given back. @type {readonly Fault[]} */
export const FAILOVER_FAULTS = [
  {
    // As an operator does it, or a managed service at its maintenance: the replica has everything before it takes over
    name: 'redis-failover-in-step',
    c4: 20,
    alone: true,
    mustAccept: true,
    doubt: { retry: 1 },
    run: async (world, { hold }) => {
      const replica = await openReplica(world.redis, world.dir);
      try {
        await hold(1_000);
        await replica.takeOver();
        pointTo(world, replica.port);
        await hold(4_000);
        await replica.giveBack();
        pointTo(world, world.redis.port);
        await hold(1_000);
      } finally {
        await replica.close();
      }
    },
  },
  {
    // What the replica has not got is lost, by the nature of asynchronous replication: counted, and said in the README
    name: 'redis-failover-with-lag',
    c4: 20,
    alone: true,
    wipes: true,
    mustAccept: true,
    doubt: { reconcile: 1, retry: 2 },
    run: async (world, { hold, losesFrom }) => {
      const replica = await openReplica(world.redis, world.dir);
      try {
        await hold(1_000);
        losesFrom();
        await replica.lag();
        await hold(2_000);
        world.redis.signal('SIGKILL');
        await world.redis.ended();
        await replica.promote();
        pointTo(world, replica.port);
        await hold(3_000);
        await world.redis.start();
        await replica.giveBack();
        pointTo(world, world.redis.port);
        await hold(1_000);
      } finally {
        await replica.close();
      }
    },
  },
];

/** As Sentinel, DNS or a virtual address does. @param {import('../rig/world.mjs').World} world @param {number} port */
function pointTo({ nodes }, port) {
  for (const { redis } of nodes) {
    redis.retarget(port);
    redis.cut();
  }
}
