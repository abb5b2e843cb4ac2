import { parentPort, workerData } from 'node:worker_threads';
import { startCoverage } from './coverage.mjs';
import { createPollutionCheck } from './finding.mjs';
import { createMutator } from './mutate.mjs';
import { createRandom } from './random.mjs';

/**
 * Runs inputs against one target until its time is over. Every input is written down before it is run, so that the
 * main thread still has it when this one never comes back.
 */
const { name, seed, milliseconds, slowMs, shared, replay } = workerData;
const { target } = await import(`./targets/${name}.mjs`);
const current = new Uint8Array(shared.current);
const lengths = new Int32Array(shared.lengths);
const random = createRandom(seed);
const mutate = createMutator(random, target.words);
const isPolluted = createPollutionCheck();
const tell = (message) => parentPort.postMessage(message, []);
const MAX_CORPUS = 2_000;
/** A look at V8's counters takes longer than most inputs, so that some share one. */
const BATCH = 6;

async function runOnce(input) {
  current.set(input);
  Atomics.store(lengths, 0, input.length);
  Atomics.add(lengths, 1, 1);
  const startedAt = performance.now();
  await target.run(Buffer.from(input));
  isPolluted();
  return performance.now() - startedAt;
}

/** What is slow once may have been held up by others; what is slow three times is slow. */
async function run(input) {
  let took = await runOnce(input);
  for (let again = 0; again < 2 && took > slowMs; again += 1) took = Math.min(took, await runOnce(input));
  if (took > slowMs) throw new Error(`took ${Math.round(took)} ms, ${slowMs} ms are allowed`);
}

async function tryInput(input) {
  try {
    await run(input);
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: 'finding', input: Buffer.from(input).toString('base64'), error: told });
  }
}

const seeds = replay === undefined ? target.seeds() : [Buffer.from(replay, 'base64')];
if (replay !== undefined) {
  for (const input of seeds) await tryInput(input);
  tell({ kind: 'done', runs: seeds.length, corpus: 0, blocks: 0 });
} else {
  const coverage = startCoverage(new URL('../../dist/', import.meta.url).href);
  const corpus = [];
  let runs = 0;
  const endsAt = performance.now() + milliseconds;
  for (const input of seeds) {
    await tryInput(input);
    runs += 1;
    coverage.news();
    corpus.push(input);
    // On a machine that is busy a short run must stay one
    if (performance.now() > endsAt && runs > 3) break;
  }
  const fromSeeds = coverage.blocks();
  while (performance.now() < endsAt) {
    const batch = [];
    while (batch.length < BATCH) {
      // Newer ones are a step further in
      const near = corpus.length - 1 - random.below(Math.min(20, corpus.length));
      batch.push(mutate(random.chance(0.5) ? random.pick(corpus) : corpus[near], random.pick(corpus)));
    }
    for (const input of batch) await tryInput(input);
    runs += batch.length;
    if (coverage.news() === 0) continue;
    corpus.push(...batch);
    while (corpus.length > MAX_CORPUS)
      corpus.splice(seeds.length + random.below(corpus.length - seeds.length), 1);
  }
  const blocks = coverage.blocks();
  coverage.close();
  tell({
    kind: 'done',
    runs,
    corpus: corpus.length,
    seeds: seeds.length,
    blocks,
    fromSeeds,
  });
}
