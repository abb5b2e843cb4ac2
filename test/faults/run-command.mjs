import { runCampaign } from './campaign/run-campaign.mjs';
import { reportJson, reportText } from './check/report.mjs';
import { FAULTS, intoRuns, listFaults } from './faults/all-faults.mjs';
import { abilities } from './rig/machine.mjs';
import { createRandom } from './rig/random.mjs';
import { runScenario } from './scenarios/run-scenario.mjs';
import { isGood, runFaults } from './scenarios/run-faults.mjs';

/** @typedef {import('./scenarios/run-faults.mjs').Fault} Fault */

/**
 * @typedef {{ minutes: number, seed: number, rate: number, scale: number, points: number, only: readonly string[] | undefined,
 *   scenario: string | undefined, campaign: boolean, seeds: number, resume: string | undefined, program: string,
 *   json: boolean, keep: boolean, list: boolean }} Options
 */

/** In one world, so that what one fault leaves behind meets the next. */
const PER_RUN = 11;

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** Answers the exit code: 0 where everything holds, 1 where something does not, 2 for a name that there is not. @param {Options} options */
export async function runCommand(options) {
  if (options.scenario !== undefined) return runScenario({ ...options, scenario: options.scenario, say });
  const able = abilities();
  if (options.list) {
    process.stdout.write(`${listFaults(able).join('\n')}\n`);
    return 0;
  }
  const unknown = options.only?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) {
    say(`There is no fault "${unknown}"; see --list.`);
    return 2;
  }
  const wanted = FAULTS.filter(({ name }) => options.only?.includes(name) ?? true);
  const possible = wanted.filter(({ needs = [] }) => needs.every((need) => able.has(need)));
  const skipped = wanted.filter((fault) => !possible.includes(fault));
  for (const { name, needs = [] } of skipped)
    say(`skipped: ${name} needs ${needs.filter((need) => !able.has(need)).join(', ')}`);
  if (options.campaign) return runCampaign({ ...options, faults: possible, skipped, say });
  return runForMinutes({ ...options, faults: possible });
}

/** @param {Options & { faults: readonly Fault[] }} options */
async function runForMinutes(options) {
  const random = createRandom(options.seed);
  const until = Date.now() + options.minutes * 60_000;
  let good = true;
  let seed = options.seed;
  for (const faults of rounds(options.faults, random, options.only !== undefined)) {
    say(`run with seed ${seed}`);
    const run = await runFaults({ ...options, seed, faults, say });
    good &&= isGood(run.result);
    process.stdout.write(`${(options.json ? reportJson : reportText)(run, 'faults')}\n`);
    seed += 1;
    if (Date.now() > until) break;
  }
  return good ? 0 : 1;
}

/**
 * Every fault once in random order, a world for each few of them; then all over again. Named ones come once.
 * @param {readonly Fault[]} faults @param {import('./rig/random.mjs').Random} random @param {boolean} once
 * @returns {Generator<Fault[]>}
 */
function* rounds(faults, random, once) {
  for (;;) {
    yield* intoRuns(faults, random, PER_RUN);
    if (once || faults.length === 0) return;
  }
}
