// Prints what every preset knows: authentication, handshake, delivery key, split, severities, how many of its examples
// come out as they say, and how many real bodies it takes, where there is a folder of them.
//
//   npm run build && node deploy/setup/preset-table.mjs [--bodies <folder>] [--json] [--severities]
//
// A folder of bodies has one sub-folder for each sender with stored requests: { method, headers, body | rawBody }. A
// sender without a preset of its own is counted for `generic`. Exit code 1: an example or a body does not come out.
// --severities prints the table of severities instead, as it stands in schemas/README.md.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BODIES = join(ROOT, '..', 'shared', 'payloads');
const COLUMNS = {
  name: 'preset',
  authentication: 'authentication',
  handshake: 'handshake',
  deliveryKey: 'delivery key',
  split: 'split',
  severity: 'severity mapped',
  examples: 'examples',
  bodies: 'real bodies accepted',
};

const { values } = parseArgs({
  options: { bodies: { type: 'string' }, json: { type: 'boolean' }, severities: { type: 'boolean' } },
});
const folder = values.bodies ?? BODIES;

const { presets, deps, parts } = await open();
if (values.severities === true) {
  process.stdout.write(severityTable());
  process.exit(0);
}
const faults = [];
const rows = [];
for (const preset of presets) rows.push(await row(preset));

process.stdout.write(values.json ? `${JSON.stringify({ rows, faults }, undefined, 2)}\n` : table());
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Everything comes from the built program, so that the table shows what runs. */
async function open() {
  const built = join(ROOT, 'dist', 'sources');
  if (!existsSync(built)) stop('There is no dist/ yet: run `npm run build` first.');
  const load = (file) => import(new URL(`../../dist/sources/${file}.js`, import.meta.url));
  const [loading, describing, checking, trial, examples, body] = await Promise.all(
    ['load-presets', 'describe-preset', 'check-preset', 'trial-source', 'load-examples', 'judge-body'].map(
      load,
    ),
  );
  const loaded = loading.loadPresets(join(ROOT, 'schemas'));
  if (!loaded.ok) stop(loaded.faults.map((each) => `${each.preset}/${each.file} ${each.message}`).join('\n'));
  return {
    presets: loaded.library.names.map((name) => loaded.library.get(name)),
    parts: { ...describing, ...checking, ...trial, ...examples, ...body },
    deps: {
      now: Date.now,
      readFile: (path) => readFileSync(path, 'utf8'),
      // A subscription that would be confirmed counts as confirmed; nothing here reaches the network
      fetchText: () => Promise.resolve(''),
      trustedProxyAddress: () => false,
    },
  };
}

async function row(preset) {
  const report = await parts.checkPreset(preset, deps);
  const bad = new Set(report.faults.map((fault) => fault.split(': ', 1)[0])).size;
  faults.push(...report.faults.map((fault) => `${preset.name}: example ${fault}`));
  return {
    ...parts.describePreset(preset),
    examples: `${report.examples - bad} of ${report.examples}`,
    bodies: await bodies(preset),
  };
}

async function bodies(preset) {
  const files = filesFor(preset.name);
  if (files.length === 0) return existsSync(folder) ? 'none there' : 'no folder of bodies';
  const source = parts.trialSource(preset, deps);
  if (!('routes' in source)) return 'the preset does not compile';
  let accepted = 0;
  let unknown = 0;
  for (const file of files) {
    const example = parts.readExample(file, readFileSync(join(folder, file), 'utf8'));
    const { fault, severities } = await parts.judgeBody(source, example, deps.now());
    if (fault === undefined) accepted += 1;
    else faults.push(`${preset.name}: body ${file}: ${fault}`);
    if (severities.includes('unknown')) unknown += 1;
  }
  const why = unknown === 0 ? '' : ` (${unknown} with no severity that its table knows: unknown)`;
  return `${accepted} of ${files.length}${why}`;
}

function filesFor(name) {
  if (!existsSync(folder)) return [];
  const known = new Set(presets.map((preset) => preset.name));
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter((entry) => entry.name === name || (name === 'generic' && !known.has(entry.name)))
    .flatMap((entry) =>
      readdirSync(join(folder, entry.name))
        .filter((file) => file.endsWith('.json'))
        .map((file) => join(entry.name, file)),
    )
    .sort();
}

function cells(texts) {
  return `| ${texts.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

function severityTable() {
  const head = ['preset', 'critical', 'high', 'medium', 'low', 'info'];
  return [head, head.map(() => '---'), ...presets.map(parts.severityRow)].map(cells).join('');
}

/** A Markdown table, which a terminal shows as well. */
function table() {
  const keys = Object.keys(COLUMNS);
  return [
    cells(Object.values(COLUMNS)),
    cells(keys.map(() => '---')),
    ...rows.map((each) => cells(keys.map((key) => each[key]))),
  ].join('');
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
