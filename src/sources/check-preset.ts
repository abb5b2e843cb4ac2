import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../model/json.js';
import { MappingError } from '../model/source.js';
import type { AuthDeps } from './auth/create-authenticator.js';
import { loadExamples, type Example } from './load-examples.js';
import type { Preset } from './preset.js';
import { exampleRequest, runExample, type ExampleResult } from './run-example.js';
import { trialSource } from './trial-source.js';

export interface PresetReport {
  readonly preset: string;
  readonly examples: number;
  /** One sentence each, with the example's file name. */
  readonly faults: readonly string[];
}

/**
 * Runs a preset's examples through its own schema, delivery key and mapping, and compares with what they expect.
 * Delivery keys of all events must differ, unless the example says of which other one it is a retry.
 */
export async function checkPreset(preset: Preset, deps: AuthDeps): Promise<PresetReport> {
  const source = trialSource(preset, deps);
  if (!('routes' in source)) {
    const faults = source.map(({ pointer, message }) => `${pointer} ${message}`);
    return { preset: preset.name, examples: 0, faults };
  }
  const examples = loadExamples(preset.folder);
  const faults = examples.length === 0 ? ['there are no examples'] : [];
  const keys = new Map<string, readonly string[]>();
  for (const example of examples) {
    const result = await runOrFault(() => runExample(source, exampleRequest(example, deps.now())));
    if (typeof result === 'string') {
      faults.push(`${example.name}: ${result}`);
      continue;
    }
    faults.push(...resultFaults(example, result).map((fault) => `${example.name}: ${fault}`));
    // What is refused has no key worth comparing
    if (result.kind === 'events' && example.expect !== 'invalid')
      keys.set(
        example.name,
        result.events.map((event) => event.deliveryKey),
      );
  }
  return {
    preset: preset.name,
    examples: examples.length,
    faults: [...faults, ...keyFaults(examples, keys)],
  };
}

async function runOrFault(run: () => Promise<ExampleResult>): Promise<ExampleResult | string> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return `the mapping failed: ${error.message}`;
  }
}

function resultFaults({ expect }: Example, result: ExampleResult): readonly string[] {
  if (result.kind === 'refused') return expect === 'invalid' ? [] : [`refused: ${result.message}`];
  if (result.kind === 'answered') {
    const kind = result.answer.kind;
    return expect === kind ? [] : [`was answered as ${kind}`];
  }
  const errors = result.events.flatMap((event) => event.errors);
  if (expect === 'invalid') return errors.length > 0 ? [] : ['passes the schema'];
  if (errors.length > 0) return errors.map(({ pointer, message }) => `${pointer || '/'} ${message}`);
  if (expect === 'ignored' || expect === 'handshake') return [`is taken for an event, not ${expect}`];
  const expected: readonly JsonObject[] = Array.isArray(expect) ? expect : [expect as JsonObject];
  if (expected.length !== result.events.length) {
    return [`makes ${result.events.length} events, ${expected.length} are expected`];
  }
  return result.events.flatMap(({ mapped }, i) => fieldFaults(mapped ?? {}, expected[i] ?? {}));
}

function fieldFaults(mapped: JsonObject, expected: JsonObject): string[] {
  const required = ['title', 'severity'].filter((name) => !Object.hasOwn(expected, name));
  return [
    ...required.map((name) => `does not say which ${name} is expected`),
    ...Object.entries(expected)
      .filter(([name, value]) => !isDeepStrictEqual(mapped[name], value))
      .map(([name, value]) => `${name} is ${JSON.stringify(mapped[name])}, not ${JSON.stringify(value)}`),
  ];
}

function keyFaults(examples: readonly Example[], keys: ReadonlyMap<string, readonly string[]>): string[] {
  const faults: string[] = [];
  const seen = new Map<string, string>();
  for (const { name, retryOf } of examples) {
    const own = keys.get(name) ?? [];
    if (retryOf !== undefined) {
      if (!isDeepStrictEqual(own, keys.get(retryOf)))
        faults.push(`${name}: its delivery key is not that of ${retryOf}`);
      continue;
    }
    for (const key of own) {
      const other = seen.get(key);
      if (other !== undefined) faults.push(`${name}: has the same delivery key as ${other}`);
      seen.set(key, name);
    }
  }
  return faults;
}
