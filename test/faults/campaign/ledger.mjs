import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commit } from '../check/report.mjs';
import { isGood } from '../scenarios/run-faults.mjs';

/** @typedef {ReturnType<typeof openLedger>} Ledger */

/**
 * A run as its line has it.
 * @typedef {object} Line
 * @property {string} build what was run: a hash of the program, so that a line counts for that program only
 * @property {string} commit
 * @property {number} seed
 * @property {string} at
 * @property {number} seconds
 * @property {number} rate
 * @property {number} drainSeconds
 * @property {number} standstillSeconds
 * @property {{ p50: number, p99: number, max: number }} toJobMs
 * @property {boolean} good
 * @property {readonly string[]} lost
 * @property {readonly string[]} phantom
 * @property {readonly string[]} tooOften
 * @property {readonly string[]} faulty of the run as a whole or of one of its faults
 * @property {readonly import('../check/tally.mjs').Row[]} rows
 *
 * @typedef {{ build: string, seed: number, at: string, failed: string, names: readonly string[] }} FailedLine
 */

/** @param {string} file @param {string} program */
export function openLedger(file, program) {
  const build = hashOf(dirname(program));
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // One that was cut off by a kill is no line
  const all = text.split('\n').flatMap((line) => parse(line));
  // Nothing may be written behind half a line
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  const same = all.filter((line) => line.build === build);
  /** @type {Line[]} */
  const runs = same.filter((line) => 'rows' in line);
  /** @type {FailedLine[]} */
  const failed = same.filter((line) => 'failed' in line);
  let highest = Math.max(-1, ...all.map(({ seed }) => seed));

  /** @param {Line | FailedLine} line */
  const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
  return {
    runs,
    failed,
    ignored: all.length - same.length,
    /** Under how many seeds a fault was run. @param {string} name */
    countOf: (name) => runs.filter(({ rows }) => rows.some((row) => row.name === name)).length,
    /** One that no line has. @param {number} first */
    nextSeed: (first) => (highest = Math.max(highest + 1, first)),
    /** @param {import('../scenarios/run-faults.mjs').Run} run */
    add({ seed, startedAt, seconds, rate, drainSeconds, standstillSeconds, result, rows }) {
      const line = {
        build,
        commit: commit(),
        seed,
        at: new Date(startedAt).toISOString(),
        seconds,
        rate,
        drainSeconds,
        standstillSeconds,
        toJobMs: result.toJobMs,
        good: isGood(result),
        lost: result.lost,
        phantom: result.phantom,
        tooOften: result.duplicatedTooOften,
        faulty: result.faulty,
        rows,
      };
      runs.push(line);
      write(line);
    },
    /** @param {number} seed @param {readonly import('../scenarios/run-faults.mjs').Fault[]} faults @param {number} at @param {string} message */
    addFailed(seed, faults, at, message) {
      const names = faults.map(({ name }) => name);
      const line = { build, seed, at: new Date(at).toISOString(), failed: message, names };
      failed.push(line);
      write(line);
    },
  };
}

/** @param {string} line @returns {(Line | FailedLine)[]} */
function parse(line) {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}

/** Of the compiled program, whatever the commit: a change of a text beside it changes nothing. @param {string} dir */
function hashOf(dir) {
  const hash = createHash('sha256');
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(dir, name)));
  return hash.digest('hex').slice(0, 16);
}
