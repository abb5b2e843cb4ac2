import { monitorEventLoopDelay } from 'node:perf_hooks';
import { check } from '../check/checker.mjs';
import { tally } from '../check/tally.mjs';
import { pending } from '../check/read-bridge.mjs';
import { openWorld } from '../rig/world.mjs';
import { sleep } from '../rig/wait.mjs';

/**
 * Something that goes wrong.
 * @typedef {object} Fault
 * @property {string} name
 * @property {number} c4 its row in the fault matrix
 * @property {readonly string[]} [needs] what the machine must be able to do
 * @property {boolean} [mustAccept] every event sent meanwhile must be answered 2xx at the first try
 * @property {{ reconcile?: number, retry?: number }} [doubt] further jobs of one event that it may explain
 * @property {boolean} [dead] dead letters are what is wanted
 * @property {boolean} [wipes] destroys what was stored: it must be reported
 * @property {boolean} [alone] wants a world of its own
 * @property {import('../rig/world.mjs').Setting} [setting] wants a world that has something beside the usual
 * @property {(world: import('../rig/world.mjs').World, at: During) => Promise<void>} run brings it about, and takes it away again
 *
 * @typedef {object} During
 * @property {(ms: number) => Promise<void>} hold lasts so long, by the run's scale, a little more or less
 * @property {(ms: number) => Promise<void>} exactly the same without the little more or less
 * @property {(message: string) => void} must something that does not hold
 * @property {() => void} losesFrom of what wipes: what is stored from now on may be lost, what was before may not
 * @property {import('../rig/random.mjs').Random} random
 *
 * Times are Unix milliseconds; `broken`: what did not hold of the fault's own demands.
 * @typedef {{ fault: Fault, from: number, to: number, losesFrom?: number, broken: readonly string[] }} Injected
 *
 * @typedef {object} Run
 * @property {number} seed
 * @property {number} rate events a second
 * @property {number} startedAt
 * @property {number} seconds
 * @property {readonly Injected[]} injected
 * @property {import('../check/checker.mjs').Result} result
 * @property {readonly import('../check/tally.mjs').Row[]} rows the same by fault
 * @property {{ one: number, all: number }} unready
 * @property {number} drainSeconds
 * @property {number} slowestAnswerMs
 * @property {number} standstillSeconds the longest time that the driver itself did not get to run: a machine that is too busy
 * @property {string} dir
 */

const CALM_MS = 1_500;
const PUT_ASIDE_MS = 65_000;
const DRAIN_MS = 900_000;

/**
 * One world, one fault after the other under load, then healed and drained; and the three logs compared.
 * @param {{ program: string, seed: number, rate: number, scale: number, faults: readonly Fault[], say: (line: string) => void,
 *   keep?: boolean, drainMs?: number }} options the faults are of one setting
 * @returns {Promise<Run>}
 */
export async function runFaults(options) {
  const { program, seed, rate, scale, faults, say, keep = false, drainMs = DRAIN_MS } = options;
  const needs = new Set(faults.flatMap((fault) => fault.needs ?? []));
  const world = await openWorld({ program, seed, needs, setting: faults[0]?.setting });
  const startedAt = Date.now();
  const standstill = monitorEventLoopDelay();
  standstill.enable();
  /** @type {Injected[]} */
  const injected = [];
  let good = false;
  try {
    world.client.run(rate);
    await sleep(CALM_MS);
    for (const fault of faults) {
      say(`  ${fault.name} (C4 #${fault.c4})`);
      const from = Date.now();
      const hold = (/** @type {number} */ ms) => sleep(ms * scale * (0.8 + world.random.unit() * 0.4));
      const exactly = (/** @type {number} */ ms) => sleep(ms * scale);
      /** @type {string[]} */
      const broken = [];
      const must = (/** @type {string} */ what) => void broken.push(what);
      /** @type {number | undefined} */
      let since;
      const losesFrom = () => void (since = Date.now());
      try {
        await fault.run(world, { hold, exactly, must, losesFrom, random: world.random });
      } catch (error) {
        must(error instanceof Error ? error.message : String(error));
      }
      const to = Date.now();
      injected.push({ fault, from, to, broken, ...(since !== undefined && { losesFrom: since }) });
      await world.heal();
      await sleep(CALM_MS * (0.5 + world.random.unit()));
    }
    await world.client.stop();
    const drainSeconds = await drain(world, drainMs);
    const { result, fates } = await checkTwice(world, injected, drainMs);
    const rows = tally(injected, fates);
    for (const { fault, broken } of injected)
      result.faulty.push(...broken.map((what) => `${fault.name}: ${what}`));
    const seconds = (Date.now() - startedAt) / 1_000;
    const slowestAnswerMs = Math.max(
      0,
      ...world.client.log.flatMap(({ tries }) =>
        tries.filter(({ result: of }) => typeof of === 'number').map(({ ms }) => ms),
      ),
    );
    good = isGood(result);
    return {
      seed,
      rate,
      startedAt,
      seconds,
      injected,
      result,
      rows,
      unready: world.balancer.unready(),
      drainSeconds,
      slowestAnswerMs,
      standstillSeconds: standstill.max / 1e9,
      dir: world.dir,
    };
  } finally {
    standstill.disable();
    await world.close({ keep: keep || !good });
  }
}

/** Waits until every delivery has ended; answers how long that took, in seconds. @param {import('../rig/world.mjs').World} world @param {number} [withinMs] */
export async function drain(world, withinMs = DRAIN_MS) {
  const start = performance.now();
  let calm = 0;
  let drainedAt = start;
  // The spool is looked at every two seconds: it must have been empty for longer than that
  while (calm < 6 && performance.now() - start < withinMs) {
    const left = await pending(world).catch(() => 1);
    calm = left === 0 ? calm + 1 : 0;
    if (left > 0) drainedAt = performance.now();
    await sleep(500);
  }
  return (drainedAt - start) / 1_000;
}

/**
 * What is not there yet may be in a spool that puts it aside for a minute: that is late, and counted, but not lost.
 * @param {import('../rig/world.mjs').World} world @param {readonly Injected[]} injected @param {number} drainMs
 */
async function checkTwice(world, injected, drainMs) {
  const first = await check(world, injected);
  if (first.result.lost.length === 0) return first;
  await sleep(PUT_ASIDE_MS);
  await drain(world, drainMs);
  const second = await check(world, injected);
  second.result.late = first.result.lost.filter((key) => !second.result.lost.includes(key)).length;
  return second;
}

/** @param {import('../check/checker.mjs').Result} result */
export function isGood(result) {
  return [result.lost, result.phantom, result.duplicatedTooOften, result.faulty].every(
    (list) => list.length === 0,
  );
}
