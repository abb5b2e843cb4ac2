import { execFileSync } from 'node:child_process';
import { isGood } from '../scenarios/run-faults.mjs';

/** The commit that is checked out, and whether files differ from it. */
export function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src') === '' ? '' : '+changes'}`;
  } catch {
    return 'unknown';
  }
}

/** One run for people. @param {import('../scenarios/run-faults.mjs').Run} run @param {string} name */
export function reportText(run, name) {
  const { result, injected, startedAt } = run;
  const since = (/** @type {number} */ at) => `${((at - startedAt) / 1_000).toFixed(1)} s`;
  const { p50, p99, max } = result.toJobMs;
  const listed = (/** @type {string} */ what, /** @type {readonly string[]} */ items) =>
    items.length === 0
      ? []
      : [`  ${what}: ${items.length}`, ...items.slice(0, 8).map((item) => `    ${item}`)];
  return [
    `== ${name} · seed ${run.seed} · commit ${commit()} · ${run.rate} events/s for ${run.seconds.toFixed(0)} s · ${isGood(result) ? 'HOLDS' : 'DOES NOT HOLD'}`,
    `  faults: ${injected.map(({ fault, from, to }) => `${fault.name} #${fault.c4} ${since(from)}–${since(to)}`).join(' · ')}`,
    `  attempted ${result.attempted} · acknowledged ${result.acknowledged} · delivered ${result.delivered} · lost ${result.lost.length} · phantom ${result.phantom.length} · duplicated ${result.duplicated} (beyond bound ${result.duplicatedTooOften.length}) · recovered ${result.recovered} · dead ${result.dead} · spooled ${result.spooled} · late ${result.late} · lost with the store ${result.lostAllowed.length}`,
    `  accept→job p50 ${p50} ms, p99 ${p99} ms, max ${max} ms · slowest answer ${run.slowestAnswerMs} ms · longest unready ${run.unready.one.toFixed(1)} s (all ingresses ${run.unready.all.toFixed(1)} s) · drain ${run.drainSeconds.toFixed(1)} s · sent again ${result.repeats} (told another id by another spool ${result.otherIds}) · driver stood still for up to ${run.standstillSeconds.toFixed(1)} s`,
    ...listed('LOST', result.lost),
    ...listed('PHANTOM', result.phantom),
    ...listed('TOO MANY JOBS', result.duplicatedTooOften),
    ...listed('FAULTY', result.faulty),
    ...(isGood(result) ? [] : [`  logs: ${run.dir}`]),
  ].join('\n');
}

/** @param {Awaited<ReturnType<typeof import('../scenarios/kill-points.mjs').killPoints>>} run @param {string} name */
export function killPointsText(run, name) {
  const { result, stages } = run;
  const points = stages.reduce((sum, stage) => sum + stage.points, 0);
  const listed = (/** @type {string} */ what, /** @type {readonly string[]} */ items) =>
    items.length === 0
      ? []
      : [`  ${what}: ${items.length}`, ...items.slice(0, 8).map((item) => `    ${item}`)];
  return [
    `== ${name} · seed ${run.seed} · commit ${commit()} · ${points} kill points in ${run.seconds.toFixed(0)} s · ${run.good ? 'HOLDS' : 'DOES NOT HOLD'}`,
    ...stages.map(
      (stage) =>
        `  ${stage.stage.padEnd(52)} points ${stage.points} (exact ${stage.exact}) · events ${stage.events} · acknowledged ${stage.acknowledged} · lost ${stage.lost}`,
    ),
    `  attempted ${result.attempted} · acknowledged ${result.acknowledged} · delivered ${result.delivered} · lost ${result.lost.length} · phantom ${result.phantom.length} · duplicated ${result.duplicated} (beyond bound ${result.duplicatedTooOften.length}) · recovered ${result.recovered} · dead ${result.dead} · spooled ${result.spooled} · drain ${run.drainSeconds.toFixed(1)} s`,
    ...listed('LOST', result.lost),
    ...listed('PHANTOM', result.phantom),
    ...listed('TOO MANY JOBS', result.duplicatedTooOften),
    ...listed('FAULTY', result.faulty),
    ...(run.good ? [] : [`  logs: ${run.dir}`]),
  ].join('\n');
}

/** One run for programs. @param {import('../scenarios/run-faults.mjs').Run} run @param {string} name */
export function reportJson(run, name) {
  const faults = run.injected.map(({ fault, from, to }) => ({ name: fault.name, c4: fault.c4, from, to }));
  const { injected: _, ...rest } = run;
  return JSON.stringify({ name, commit: commit(), good: isGood(run.result), ...rest, faults });
}
