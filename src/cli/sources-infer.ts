import type { Command } from 'commander';
import { elementTexts } from '../model/json-elements.js';
import type { Json } from '../model/json.js';
import { inferSchema } from '../sources/infer-schema.js';
import { inspectJson } from '../model/json-text.js';
import { wholeNumber } from './api-command.js';
import type { CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { readRequest } from './read-request.js';

interface Flags {
  readonly title?: string;
  readonly split?: string;
  readonly requiredFrom: number;
}

const MAX_DEPTH = 64;

/** `sources infer <files…>`: a JSON Schema that all samples keep to. Holds names and types, no value of a sample. */
export function addInfer(io: CliIo, parent: Command): void {
  parent
    .command('infer <files...>')
    .description('write a JSON Schema from sample bodies')
    .option('--title <text>', 'what the bodies are')
    .option('--split <path>', 'the samples are batches: each element of the array there is one')
    .option('--required-from <n>', 'samples after which what was always there is required', wholeNumber(1), 2)
    // The output is JSON as it is; the option is taken so that it may stand in every call
    .option('--json', 'machine-readable output (it always is)')
    .action((files: readonly string[], { title, split, requiredFrom }: Flags) => {
      const samples = files.flatMap((file) => samplesOf(file, split));
      if (samples.length === 0) throw new CliError('There is no sample in these files.', EXIT.failed);
      const schema = inferSchema(samples, { requiredFrom, ...(title === undefined ? {} : { title }) });
      io.stdout(`${JSON.stringify(schema, null, 2)}\n`);
      io.stderr(
        `${samples.length} ${samples.length === 1 ? 'sample' : 'samples'}. Use it: sources.<name>.schema\n`,
      );
    });
}

function samplesOf(file: string, split: string | undefined): readonly Json[] {
  const { body } = readRequest(file);
  const whole = parse(file, body);
  if (split === undefined) return [whole];
  const elements = elementTexts(body, split === '.' ? [] : split.split('.'));
  if (elements === undefined) throw new CliError(`${file}: there is no array at ${split}.`, EXIT.failed);
  return elements.map((text) => parse(file, text));
}

function parse(file: string, text: string): Json {
  const inspected = inspectJson(text, MAX_DEPTH);
  if (inspected.ok) return inspected.value;
  throw new CliError(`${file}: ${inspected.detail}`, EXIT.failed);
}
