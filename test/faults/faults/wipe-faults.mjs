import { readFileSync } from 'node:fs';
import { waitFor } from '../rig/wait.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** What destroys stored events. Nothing can bring them back; that it happened must be said. @type {readonly Fault[]} */
export const WIPE_FAULTS = [
  {
    name: 'redis-comes-back-empty',
    c4: 22,
    alone: true,
    wipes: true,
    mustAccept: true,
    doubt: { reconcile: 1, retry: 1 },
    run: async (world, { hold, must }) => {
      world.redis.signal('SIGKILL');
      await world.redis.ended();
      world.redis.wipe();
      await hold(1_000);
      await world.redis.start();
      await mustBeSaid(world, must);
    },
  },
  {
    name: 'redis-flushall',
    c4: 25,
    alone: true,
    wipes: true,
    mustAccept: true,
    doubt: { reconcile: 1, retry: 1 },
    run: async (world, { hold, must }) => {
      await world.redis.ask('FLUSHALL');
      await hold(2_000);
      await mustBeSaid(world, must);
    },
  },
  {
    name: 'redis-stray-del',
    c4: 25,
    alone: true,
    wipes: true,
    mustAccept: true,
    run: async (world, { hold, must }) => {
      const { auditStore } = await import('../check/read-bridge.mjs');
      for (const { komand } of world.workers) await komand.set({ refuse: true });
      await hold(3_000);
      const keys = /** @type {string[]} */ (await world.redis.ask('KEYS', '*:dlv_*_to-a'));
      const [victim] = keys.filter((key) => !key.endsWith(':lock'));
      await world.redis.ask('DEL', victim);
      const { balanced, findings } = await auditStore(world);
      const named = findings.some(({ id }) => victim.endsWith(id));
      if (balanced || !named)
        must(`the audit does not name the job that was deleted: ${JSON.stringify(findings.slice(0, 3))}`);
    },
  },
];

/** Every process that watches the store says it, within two looks. @param {import('../rig/world.mjs').World} world @param {(what: string) => void} must */
async function mustBeSaid({ ingresses }, must) {
  for (const { name, managed } of ingresses) {
    const said = () => readFileSync(managed.logFile, 'utf8').includes('redis.lost');
    await waitFor('the loss to be said', said, 20_000, 500).catch(() =>
      must(`${name} does not say that Redis lost its data`),
    );
  }
}
