import { killPointsText, reportJson, reportText } from '../check/report.mjs';
import { killPoints } from './kill-points.mjs';
import { STAGES } from './kill-stages.mjs';
import { KOMAND_DOWN, REDIS_DOWN } from './outage.mjs';
import { isGood, runFaults } from './run-faults.mjs';

/** @typedef {import('../run-command.mjs').Options & { scenario: string, say: (line: string) => void }} Options */

/** Between Komand's acceptance and our record of it. */
const RECORD = STAGES.filter(({ name }) => name.startsWith('record'));

/** @type {Readonly<Record<string, (options: Options) => Promise<{ good: boolean, text: string, json: string }>>>} */
const SCENARIOS = {
  'redis-down-10m': (options) => outage(options, REDIS_DOWN),
  'komand-down-10m': (options) => outage(options, KOMAND_DOWN),
  'kill-points': (options) =>
    kills(options, { points: Math.max(1, Math.round(options.points * options.scale)) }),
  'accept-record-kill': (options) =>
    kills(options, { points: Math.max(3, Math.round(30 * options.scale)), stages: RECORD }),
};

/** Answers the exit code. @param {Options} options */
export async function runScenario(options) {
  const scenario = SCENARIOS[options.scenario];
  if (scenario === undefined) {
    options.say(
      `There is no scenario "${options.scenario}"; there are: ${Object.keys(SCENARIOS).join(', ')}.`,
    );
    return 2;
  }
  const { good, text, json } = await scenario(options);
  process.stdout.write(`${options.json ? json : text}\n`);
  return good ? 0 : 1;
}

/** @param {Options} options @param {import('./run-faults.mjs').Fault} fault */
async function outage(options, fault) {
  const run = await runFaults({ ...options, faults: [fault] });
  return { good: isGood(run.result), text: reportText(run, fault.name), json: reportJson(run, fault.name) };
}

/** @param {Options} options @param {{ points: number, stages?: readonly import('./kill-stages.mjs').Stage[] }} which */
async function kills(options, which) {
  const run = await killPoints({ ...options, ...which });
  return {
    good: run.good,
    text: killPointsText(run, options.scenario),
    json: JSON.stringify({ name: options.scenario, ...run }),
  };
}
