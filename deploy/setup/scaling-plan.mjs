// Works the tables of deploy/scaling.md out of that page's own table of inputs, and writes them into it.
//
//   node deploy/setup/scaling-plan.mjs [page]            after an input changed
//   node deploy/setup/scaling-plan.mjs --check [page]    exit code 1: the page does not follow from its inputs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
});
const file = positionals[0] ?? fileURLToPath(new URL('../scaling.md', import.meta.url));
const page = readFileSync(file, 'utf8');
const { I, W, R, B, D, S, t, u, m } = inputs(page);

/**
 * What each rate is planned for: a Komand outage of `outage` seconds is ridden out, delivered events are kept for `kept`
 * seconds, and Redis is away for `away` seconds.
 */
const PLANS = [
  { rate: 100, outage: 86_400, kept: 86_400, away: 3_600 },
  { rate: 10_000, outage: 3_600, kept: 600, away: 600 },
  { rate: 1_000_000, outage: 600, kept: 60, away: 600 },
];
/** One cell is a whole bridge of this size. Events a second. */
const CELL = 10_000;
/** The default of `retention.delivered`. Seconds. */
const DEFAULT_KEPT = 7 * 86_400;

let written = page;
for (const plan of PLANS) written = replace(written, String(plan.rate), table(plan));
if (values.check === true) {
  if (written !== page) {
    process.stderr.write(
      'The tables do not follow from the inputs: run `node deploy/setup/scaling-plan.mjs`.\n',
    );
    process.exitCode = 1;
  }
} else writeFileSync(file, written);

/** The rows of the first table: name in backticks, value second. */
function inputs(text) {
  const rows = [...text.matchAll(/^\| `(\w)` +\| ([\d.,]+)/gm)];
  return Object.fromEntries(rows.map(([, name, value]) => [name, Number(value.replaceAll(',', ''))]));
}

function table({ rate, outage, kept, away }) {
  const ingresses = atLeastTwo(rate / (u * I));
  const shards = up(rate / (u * R));
  const memory = rate * (outage * B + kept * D) * m;
  const spool = (rate / ingresses) * away * S;
  const rows = [
    ['ingress processes', `${n(rate)} / ${n(u * I)}`, machines(rate / (u * I))],
    ['worker processes', `${n(rate)} / ${n(u * W)}`, machines(rate / (u * W))],
    ['Redis shards', `${n(rate)} / ${n(u * R)}`, n(shards)],
    ['sources', `one carries at most u·R = ${n(u * R)} a second`, `${n(shards)} or more, evenly loaded`],
    ['`concurrency`', `${n(rate)} · ${n(t)} / ${n(u)}`, `${n(up((rate * t) / u))} calls at once`],
    [
      `Redis memory, Komand away for ${span(outage)}, kept for ${span(kept)}`,
      `${n(rate)} · (${n(outage)} · ${n(B)} + ${n(kept)} · ${n(D)}) · ${n(m)}`,
      shards > 1 ? `${bytes(memory)}, ${bytes(memory / shards)} for each shard` : bytes(memory),
    ],
    [
      'the same for the default `retention.delivered` alone',
      `${n(rate)} · ${n(DEFAULT_KEPT)} · ${n(D)} · ${n(m)}`,
      bytes(rate * DEFAULT_KEPT * D * m),
    ],
    [
      `spool of one ingress, Redis away for ${span(away)}`,
      `${n(rate)} / ${n(ingresses)} · ${n(away)} · ${n(S)}`,
      bytes(spool),
    ],
    ['network in', `${n(rate)} · 1 KB`, `${bits(rate * 1_024 * 8)}`],
  ];
  if (rate > CELL) rows.push([`cells of ${n(CELL)} a second`, `${n(rate)} / ${n(CELL)}`, n(up(rate / CELL))]);
  return markdown([['part', 'arithmetic', 'result'], ...rows]);
}

/** As in 6.000000000000001, which is 6. */
function up(exact) {
  return Math.ceil(exact - 1e-9);
}

function machines(exact) {
  const needed = up(exact);
  return needed < 2 ? `${needed}, so 2 for rolling restarts` : n(needed);
}

function atLeastTwo(exact) {
  return Math.max(2, up(exact));
}

/** Columns padded as Prettier would. */
function markdown(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const [head, ...rest] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

function replace(text, name, between) {
  const [from, to] = [`<!-- plan ${name} -->`, `<!-- /plan ${name} -->`];
  const [a, b] = [text.indexOf(from), text.indexOf(to)];
  if (a < 0 || b < a) throw new Error(`The page has no place for the plan ${name}.`);
  return `${text.slice(0, a + from.length)}\n\n${between}\n\n${text.slice(b)}`;
}

function n(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function span(seconds) {
  if (seconds >= 3_600) return `${n(seconds / 3_600)} h`;
  return `${n(seconds / 60)} min`;
}

function bytes(value) {
  return scaled(value, ['B', 'KB', 'MB', 'GB', 'TB', 'PB']);
}

function bits(value) {
  return scaled(value, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

/** Powers of 1,000, two digits that count. */
function scaled(value, units) {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${n(Number((value / 1_000 ** power).toPrecision(2)))} ${units[power]}`;
}
