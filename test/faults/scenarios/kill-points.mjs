import { check } from '../check/checker.mjs';
import { openWorld } from '../rig/world.mjs';
import { sleep, waitFor } from '../rig/wait.mjs';
import { STAGES } from './kill-stages.mjs';
import { drain } from './run-faults.mjs';

const BURST = 12;
const HIT_WITHIN_MS = 6_000;

/**
 * @typedef {object} Point
 * @property {string} stage
 * @property {string} tag
 * @property {boolean} exact the process died at that very point, not because the time was over
 */

/**
 * Kills a process at one random point after the other; the bridge goes on meanwhile with what is left of it. Every
 * event belongs to a point, so that what is lost has a place.
 * @param {{ program: string, seed: number, points: number, stages?: readonly import('./kill-stages.mjs').Stage[],
 *   say: (line: string) => void }} options
 */
export async function killPoints({ program, seed, points, stages = STAGES, say }) {
  const world = await openWorld({ program, seed });
  const startedAt = Date.now();
  /** @type {Point[]} */
  const done = [];
  /** @type {import('./run-faults.mjs').Injected[]} */
  const injected = [];
  let good = false;
  try {
    for (let i = 0; i < points; i += 1) {
      // In turn, so that each comes equally often; what varies is the moment
      const stage = stages[i % stages.length];
      const from = Date.now();
      done.push(await onePoint(world, stage, `point-${i}-`));
      injected.push({
        fault: { name: stage.name, c4: 0, doubt: { retry: 1 }, run: async () => undefined },
        from,
        to: Date.now(),
        broken: [],
      });
      if (i % 20 === 19) say(`  ${i + 1} of ${points} points`);
    }
    await world.client.stop();
    await world.heal();
    const drainSeconds = await drain(world);
    const { result } = await check(world, injected);
    good = [result.lost, result.phantom, result.duplicatedTooOften, result.faulty].every(
      ({ length }) => length === 0,
    );
    return {
      seed,
      good,
      seconds: (Date.now() - startedAt) / 1_000,
      result,
      drainSeconds,
      stages: table(world, done, result),
      dir: world.dir,
    };
  } finally {
    await world.close({ keep: !good });
  }
}

/**
 * @param {import('../rig/world.mjs').World} world
 * @param {import('./kill-stages.mjs').Stage} stage
 * @param {string} tag
 * @returns {Promise<Point>}
 */
async function onePoint(world, stage, tag) {
  const { random, client } = world;
  const victims = stage.victim === 'ingress' ? world.ingresses : world.workers;
  await Promise.all(victims.map((node) => node.start()));
  /** @type {import('../rig/bridge-node.mjs').Node | undefined} */
  let dead;
  let nth = random.within(1, 4);
  const arm = () => {
    for (const node of victims) {
      const kill = () => {
        // The other one must go on
        if (dead !== undefined) return;
        dead = node;
        node.kill();
      };
      stage.arm({ node, mark: tag, nth: () => dead === undefined && --nth <= 0, kill });
    }
  };
  if (stage.spooled) for (const node of victims) await node.redis.set({ refuse: true });
  else arm();
  const burst = Array.from({ length: BURST }, () =>
    client.send({ tag, extra: { type: tag, title: `${tag}${random.within(0, 1e6)}` } }),
  );
  if (stage.spooled) {
    await waitFor('the burst to be spooled', () => burst.every(({ tries }) => tries.length > 0), 10_000);
    arm();
    for (const node of victims) await node.redis.set({});
  }
  const exact = await waitFor('a kill', () => dead !== undefined, HIT_WITHIN_MS, 5).catch(() => false);
  for (const node of victims) {
    node.redis.watch(undefined);
    node.komand.watch(undefined);
  }
  const fallen = dead ?? random.pick(victims);
  if (!exact) fallen.kill();
  await fallen.managed.ended();
  await sleep(random.within(0, 100));
  await fallen.start();
  return { stage: stage.name, tag, exact };
}

/** @param {import('../rig/world.mjs').World} world @param {readonly Point[]} points @param {import('../check/checker.mjs').Result} result */
function table(world, points, result) {
  const lost = new Set(result.lost);
  return Object.entries(groupByStage(points)).map(([stage, of]) => {
    const tags = new Set(of.map(({ tag }) => tag));
    const events = world.client.log.filter((sent) => tags.has(sent.tag ?? ''));
    return {
      stage,
      points: of.length,
      exact: of.filter(({ exact }) => exact).length,
      events: events.length,
      acknowledged: events.filter(({ ackAt }) => ackAt !== undefined).length,
      lost: events.filter(({ key }) => lost.has(key)).length,
    };
  });
}

/** @param {readonly Point[]} points @returns {Record<string, Point[]>} */
function groupByStage(points) {
  /** @type {Record<string, Point[]>} */
  const groups = {};
  for (const point of points) (groups[point.stage] ??= []).push(point);
  return groups;
}
