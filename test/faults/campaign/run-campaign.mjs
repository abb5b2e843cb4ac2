import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intoRuns } from '../faults/all-faults.mjs';
import { createRandom } from '../rig/random.mjs';
import { isGood, runFaults } from '../scenarios/run-faults.mjs';
import { openLedger } from './ledger.mjs';
import { allHold, campaignJson, campaignText } from './table.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Few enough to tell whose doing something was, many enough that starting worlds is not most of the time. */
const PER_RUN = 8;
/** A run that is not drained by then does not hold, and must not stop the others. */
const DRAIN_MS = 180_000;

/**
 * Every fault under so many different seeds, each run a line of a file, so that what was interrupted goes on where it
 * was. Prints one table. Answers 0 where every row has all its seeds and holds.
 * @param {import('../run-command.mjs').Options & { faults: readonly Fault[], skipped: readonly Fault[],
 *   say: (line: string) => void }} options
 */
export async function runCampaign(options) {
  const { faults, skipped, seed, seeds, say } = options;
  const file = options.resume ?? join(tmpdir(), `bridge-campaign-${seed}.jsonl`);
  const ledger = openLedger(file, options.program);
  say(`each run is a line of ${file}; go on with --resume ${file}`);
  if (ledger.ignored > 0) say(`${ledger.ignored} lines of it are of another build of the program: ignored`);
  const startedAt = Date.now();
  const todo = plan(ledger, faults, seed, seeds);
  for (const [i, { round, faults: together }] of todo.entries()) {
    const own = ledger.nextSeed(seed);
    const minutes = (Date.now() - startedAt) / 60_000;
    const left = i === 0 ? '' : `, about ${Math.ceil((minutes / i) * (todo.length - i))} min left`;
    say(
      `run ${i + 1} of ${todo.length}, round ${round} of ${seeds}, seed ${own}, after ${minutes.toFixed(1)} min${left}`,
    );
    const begun = Date.now();
    try {
      const run = await runFaults({ ...options, faults: together, seed: own, drainMs: DRAIN_MS });
      ledger.add(run);
      if (!isGood(run.result)) say(`  DOES NOT HOLD; logs: ${run.dir}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      ledger.addFailed(own, together, begun, message);
      say(`  this run came to nothing: ${message}`);
    }
  }
  const table = { runs: ledger.runs, failed: ledger.failed, faults, skipped, seeds };
  process.stdout.write(`${(options.json ? campaignJson : campaignText)(table)}\n`);
  return allHold(table) ? 0 : 1;
}

/**
 * One round after the other; in each what has not had so many seeds yet, in an order of its own.
 * @param {import('./ledger.mjs').Ledger} ledger @param {readonly Fault[]} faults @param {number} seed @param {number} seeds
 */
function plan(ledger, faults, seed, seeds) {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((round) => {
    const missing = faults.filter(({ name }) => ledger.countOf(name) < round);
    return intoRuns(missing, createRandom(seed + round), PER_RUN).map((together) => ({
      round,
      faults: together,
    }));
  });
}
