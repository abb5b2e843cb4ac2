import { MATRIX } from '../faults/matrix.mjs';

const HOLDS = 'holds';

/**
 * @typedef {import('../scenarios/run-faults.mjs').Fault} Fault
 * @typedef {import('./ledger.mjs').Line} Line
 *
 * @typedef {{ runs: readonly Line[], failed: readonly import('./ledger.mjs').FailedLine[], faults: readonly Fault[],
 *   skipped: readonly Fault[], seeds: number }} Campaign
 */

/** @param {Campaign} campaign */
export function campaignJson(campaign) {
  const { runs, failed, skipped, faults } = campaign;
  return JSON.stringify({
    rows: faults.map((fault) => summary(fault, campaign)),
    skipped: skipped.map(({ name, needs }) => ({ name, needs })),
    runs,
    failed,
  });
}

/** Every fault under all its seeds. @param {Campaign} campaign */
export function allHold(campaign) {
  return campaign.faults.every((fault) => summary(fault, campaign).verdict === HOLDS);
}

/** One line for each fault, and under it what does not hold. @param {Campaign} campaign */
export function campaignText(campaign) {
  const rows = campaign.faults.map((fault) => summary(fault, campaign));
  return [...lines(rows), '', ...totals(rows, campaign), ...complaints(campaign)].join('\n');
}

/** @param {readonly ReturnType<typeof summary>[]} rows */
function lines(rows) {
  const head = ['C4', 'fault', 'seeds', 'accepted', 'delivered', 'dead', 'lost', 'phantom'];
  head.push('duplicated (bound)', 'verdict');
  const cells = rows.map((row) => [
    `#${row.c4}`,
    row.name,
    row.seeds.join(' '),
    String(row.accepted),
    String(row.delivered),
    String(row.dead),
    row.lostAllowed > 0 ? `${row.lost} (+${row.lostAllowed} with the store)` : String(row.lost),
    String(row.phantom),
    `${row.duplicated} (${row.bound})${row.tooOften > 0 ? ` beyond: ${row.tooOften}` : ''}`,
    row.verdict,
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...cells].map((line) => line[i]?.length ?? 0)));
  return [head, ...cells].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** @param {readonly ReturnType<typeof summary>[]} rows @param {Campaign} campaign */
function totals(rows, { runs, seeds, skipped }) {
  const good = rows.filter(({ verdict }) => verdict === HOLDS);
  const numbers = new Set(good.map(({ c4 }) => c4));
  const sum = (/** @type {(row: typeof rows[number]) => number} */ of) =>
    rows.reduce((n, row) => n + of(row), 0);
  const minutes = runs.reduce((n, { seconds }) => n + seconds, 0) / 60;
  const commits = [...new Set(runs.map(({ commit }) => commit))].join(', ');
  const phantom = runs.reduce((n, run) => n + run.phantom.length, 0);
  return [
    `${good.length} of ${rows.length} faults hold under ${seeds} seeds each; ${numbers.size} of the ${MATRIX.size} numbers of the matrix have one that holds`,
    `runs ${runs.length} in ${minutes.toFixed(1)} min · commit ${commits} · attempted ${sum(({ attempted }) => attempted)} · accepted ${sum(({ accepted }) => accepted)} · delivered ${sum(({ delivered }) => delivered)} · dead ${sum(({ dead }) => dead)} · spooled ${sum(({ spooled }) => spooled)} · recovered ${sum(({ recovered }) => recovered)}`,
    `lost ${sum(({ lost }) => lost)} · lost with a store that was destroyed ${sum(({ lostAllowed }) => lostAllowed)} · phantom ${phantom} · duplicated ${sum(({ duplicated }) => duplicated)} (beyond bound ${sum(({ tooOften }) => tooOften)})`,
    'bound: further jobs that one event may have where its source asks (reconcile) / sends again (retry)',
    ...skipped.map(
      ({ name, c4, needs = [] }) => `not run on this machine: #${c4} ${name} (of ${needs.join(', ')})`,
    ),
  ];
}

/** @param {Campaign} campaign */
function complaints({ runs, failed }) {
  const bad = runs.filter((run) => !run.good);
  return [
    ...bad.flatMap(({ seed, rows, lost, phantom, tooOften, faulty, standstillSeconds }) => [
      `seed ${seed} does not hold (${rows.map(({ name }) => name).join(', ')}; driver stood still for up to ${standstillSeconds.toFixed(1)} s):`,
      ...Object.entries({ lost, phantom, 'too many jobs': tooOften, faulty }).flatMap(([what, items]) =>
        items.slice(0, 5).map((item) => `  ${what}: ${item}`),
      ),
    ]),
    ...failed.map(
      ({ seed, failed: why, names }) => `seed ${seed} came to nothing (${names.join(', ')}): ${why}`,
    ),
  ];
}

/** @param {Fault} fault @param {Campaign} campaign */
function summary({ name, c4, doubt = {} }, { runs, seeds }) {
  const own = runs.flatMap((run) => run.rows.filter((row) => row.name === name).map((row) => ({ run, row })));
  const sum = (/** @type {(row: import('../check/tally.mjs').Row) => number} */ of) =>
    own.reduce((n, { row }) => n + of(row), 0);
  const failing = own.filter(({ run, row }) => !holds(run, row)).length;
  return {
    name,
    c4,
    seeds: own.map(({ run }) => run.seed),
    seconds: sum(({ seconds }) => seconds),
    attempted: sum(({ attempted }) => attempted),
    accepted: sum(({ accepted }) => accepted),
    delivered: sum(({ delivered }) => delivered),
    dead: sum(({ dead }) => dead),
    spooled: sum(({ spooled }) => spooled),
    recovered: sum(({ recovered }) => recovered),
    lost: sum(({ lost }) => lost),
    lostAllowed: sum(({ lostAllowed }) => lostAllowed),
    phantom: own.reduce((n, { run }) => n + run.phantom.length, 0),
    duplicated: sum(({ duplicated }) => duplicated),
    tooOften: sum(({ tooOften }) => tooOften),
    bound: `${doubt.reconcile ?? 0}/${doubt.retry ?? 0}`,
    verdict: verdictOf(own.length, failing, seeds),
  };
}

/** @param {number} runs @param {number} failing @param {number} seeds */
function verdictOf(runs, failing, seeds) {
  if (failing > 0) return `DOES NOT HOLD (${failing} of ${runs})`;
  if (runs === 0) return 'not run';
  return runs < seeds ? `${runs} of ${seeds} seeds` : HOLDS;
}

/** What cannot be told to be another one's doing is every row's; where nothing was accepted, nothing was shown. @param {Line} run @param {import('../check/tally.mjs').Row} row */
function holds(run, row) {
  const others = run.rows.filter(({ name }) => name !== row.name);
  const general = run.faulty.filter((text) => !others.some(({ name }) => text.startsWith(`${name}: `)));
  if (row.accepted === 0 || general.length > 0) return false;
  return row.lost === 0 && row.tooOften === 0 && run.phantom.length === 0;
}
