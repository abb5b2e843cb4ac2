// `npm run bench`: bare Express, an afternoon's relay and the bridge, side by side and in alternation, in one run.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { ingest } from './ingest.mjs';
import { delivery } from './delivery.mjs';
import { backlog } from './backlog.mjs';
import { memory } from './memory.mjs';
import { toMarkdown } from './report.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Writes the results into test/bench/README.md. */
    write: { type: 'boolean', default: false },
    /** Alternating rounds; figures are their medians. */
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    /** One round of 3 s. */
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '1024,20480' },
    only: { type: 'string', default: 'ingest,delivery,backlog,memory' },
    /** Events that wait while the rates are taken once more. */
    backlog: { type: 'string', default: '0,100000,1000000' },
    /** How long everything is busy while memory and event-loop lag are watched. */
    minutes: { type: 'string', default: '10' },
    /** A folder for CPU profiles of the bridge's processes. */
    profile: { type: 'string' },
  },
});

const options = {
  rounds: values.quick ? 1 : Number(values.rounds),
  seconds: values.quick ? 3 : Number(values.seconds),
  profile: values.profile,
  say: (line) => process.stderr.write(`${line}\n`),
};
const results = {
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}, redis-server ${await redisVersion()}`,
  rounds: options.rounds,
  seconds: options.seconds,
  sizes: [],
};
for (const bytes of values.sizes.split(',').map(Number)) {
  const size = { bytes };
  if (values.only.includes('ingest')) size.ingest = await ingest({ ...options, bytes });
  if (values.only.includes('delivery')) size.delivery = await delivery({ ...options, bytes });
  results.sizes.push(size);
}
if (values.only.includes('backlog')) {
  const counts = values.quick ? [0, 20_000] : values.backlog.split(',').map(Number);
  results.backlog = await backlog({ ...options, counts });
}
if (values.only.includes('memory'))
  results.memory = await memory({ ...options, minutes: values.quick ? 0.5 : Number(values.minutes) });
const markdown = toMarkdown(results);
process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : markdown);
// The format check of the tests reads this file too
if (values.write)
  writeFileSync(
    new URL('README.md', import.meta.url),
    await prettier.format(markdown, {
      ...(await prettier.resolveConfig(import.meta.filename)),
      parser: 'markdown',
    }),
  );
process.exit(0);

function redisVersion() {
  return new Promise((resolve) => {
    let text = '';
    const child = spawn('redis-server', ['--version']);
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('close', () => resolve(/v=(\S+)/.exec(text)?.[1] ?? 'unknown'));
    child.on('error', () => resolve('none'));
  });
}
