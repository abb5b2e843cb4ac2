import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { valueText } from '../model/json-elements.js';
import type { JsonObject } from '../model/json.js';

/** A request as a preset's sender makes it, and what is to come of it. */
export interface Example {
  /** The file's name. */
  readonly name: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  /** The exact bytes, as text. */
  readonly body: string;
  /** Common alert fields, one object for each part of a batch; or what else is to happen. */
  readonly expect: JsonObject | readonly JsonObject[] | 'ignored' | 'handshake' | 'invalid';
  /** The example that this one is a retry of: the delivery keys must be equal. All others' must differ. */
  readonly retryOf: string | undefined;
}

interface ExampleFile {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly query?: string;
  readonly rawBody?: string;
  readonly expect?: Example['expect'];
  readonly retry_of?: string;
}

/** The examples of a preset, in alphabetical order. Throws where a file is not JSON. */
export function loadExamples(presetFolder: string): readonly Example[] {
  const folder = join(presetFolder, 'examples');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readExample(name, readFileSync(join(folder, name), 'utf8')));
}

/** A stored request: `{ method, headers, query, body }`, or `rawBody` where the bytes matter. */
export function readExample(name: string, text: string): Example {
  const file = JSON.parse(text) as ExampleFile;
  const headers = Object.entries(file.headers ?? {}).map(
    ([key, value]) => [key.toLowerCase(), value] as const,
  );
  return {
    name,
    method: file.method ?? 'POST',
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
    query: file.query ?? '',
    // Cut out of the file, not written anew: digits and spaces stay as they are
    body: file.rawBody ?? valueText(text, ['body']) ?? '',
    expect: file.expect ?? {},
    retryOf: file.retry_of,
  };
}
