// Fuzzes what meets strangers' bytes: npm run fuzz -- [--seconds N] [--seed S] [--target name] [--replay file]
//
// Inputs grow out of a corpus (the presets' examples, signed requests, configurations) and are kept where they reach a
// new block of the program. No input may throw anything but the stable errors, take too long, change what all objects
// inherit, let a stranger in or show a secret. What is found is written to a file that --replay runs once more.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const TARGETS = ['signatures', 'intake', 'schema', 'mapping', 'config', 'sealed'];
/** Three times over this on one input is a finding; a mapping alone may take two turns of 100 ms by design. */
const SLOW_MS = 1_000;
/** No sign of life for so long is a loop without an end. */
const HANG_MS = 30_000;
const MAX_INPUT = 1 << 20;
const MAX_FINDINGS = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true, default: [] },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const targets = values.target.length === 0 ? TARGETS : values.target;
/** `broken` is there to see that this program tells what it finds. */
const wrong = targets.filter((name) => name !== 'broken' && !TARGETS.includes(name));
if (
  values.help ||
  wrong.length > 0 ||
  !(seconds > 0) ||
  !Number.isInteger(seed) ||
  (values.replay !== undefined && targets.length !== 1)
) {
  console.error(
    `npm run fuzz -- [--seconds N] [--seed S] [--target ${TARGETS.join('|')}] [--replay file, with one --target]`,
  );
  process.exit(values.help ? 0 : 2);
}

function fuzz(name) {
  const shared = { current: new SharedArrayBuffer(MAX_INPUT), lengths: new SharedArrayBuffer(8) };
  const lengths = new Int32Array(shared.lengths);
  const findings = new Map();
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: {
      name,
      seed,
      shared,
      slowMs: SLOW_MS,
      milliseconds: (seconds * 1_000) / targets.length,
      ...(values.replay === undefined ? {} : { replay: readFileSync(values.replay).toString('base64') }),
    },
    resourceLimits: { maxOldGenerationSizeMb: 1_024 },
  });
  const add = (error, input) => {
    // One fault is met by many inputs: the place tells them apart, the shortest input says most
    const place = error.split('\n').slice(0, 2).join('\n').replaceAll(/\d+/g, '#').slice(0, 300);
    const known = findings.get(place);
    if (known === undefined || input.length < known.input.length) findings.set(place, { error, input });
  };
  return new Promise((resolve) => {
    let runs = -1;
    let end;
    const watch = setInterval(() => {
      const now = Atomics.load(lengths, 1);
      if (now !== runs) {
        runs = now;
        return;
      }
      add(`no answer within ${HANG_MS} ms`, inputNow());
      void worker.terminate();
    }, HANG_MS);
    const inputNow = () => Buffer.from(new Uint8Array(shared.current, 0, Atomics.load(lengths, 0)));
    worker.on('message', (message) => {
      if (message.kind === 'finding') add(message.error, Buffer.from(message.input, 'base64'));
      else end = message;
      if (findings.size >= MAX_FINDINGS) void worker.terminate();
    });
    worker.on('error', (error) => add(`it brought the thread down: ${error.stack ?? error}`, inputNow()));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ name, findings: [...findings.values()], end });
    });
  });
}

console.log(`seed ${seed}, ${seconds} s`);
let failed = 0;
let folder;
for (const name of targets) {
  const { findings, end } = await fuzz(name);
  if (end === undefined && findings.length === 0) {
    console.log(`${name.padEnd(12)} ended early`);
    failed += 1;
    continue;
  }
  const { runs = '?', corpus = '?', seeds = '?', blocks = '?', fromSeeds = '?' } = end ?? {};
  console.log(
    `${name.padEnd(12)} ${runs} inputs, corpus ${seeds} -> ${corpus}, blocks ${fromSeeds} -> ${blocks}, findings ${findings.length}`,
  );
  for (const { error, input } of findings) {
    failed += 1;
    folder ??= mkdtempSync(join(tmpdir(), 'bridge-fuzz-'));
    const file = join(folder, `${name}-${failed}`);
    writeFileSync(file, input);
    console.log(`  ${error.split('\n').slice(0, 4).join('\n  ')}\n  --target ${name} --replay ${file}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
