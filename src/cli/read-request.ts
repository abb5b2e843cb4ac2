import { readFileSync } from 'node:fs';
import { isJsonObject } from '../model/json.js';
import { readExample, type Example } from '../sources/load-examples.js';
import { CliError, EXIT } from './exit-code.js';

/**
 * A request from a file: `{ headers, body }` as the presets' examples are, or else the body itself. `headersFile` is a
 * JSON object of headers on top. Throws a `CliError` for what cannot be read.
 */
export function readRequest(file: string, headersFile?: string): Example {
  const text = readText(file);
  const example = isStored(text) ? readExample(file, text) : bareBody(file, text);
  if (headersFile === undefined) return example;
  const headers: unknown = JSON.parse(readText(headersFile));
  if (!isJsonObject(headers)) throw new CliError(`${headersFile} is not a JSON object.`, EXIT.usage);
  const lower = Object.entries(headers).map(
    ([name, value]) =>
      [name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return { ...example, headers: { ...example.headers, ...Object.fromEntries(lower) } };
}

function isStored(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && ('rawBody' in value || ('body' in value && 'headers' in value));
  } catch {
    return false;
  }
}

function bareBody(name: string, body: string): Example {
  const headers = { 'content-type': 'application/json' };
  return { name, method: 'POST', headers, query: '', body, expect: {}, retryOf: undefined };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new CliError(`Cannot read ${file === '-' ? 'standard input' : file}.`, EXIT.usage);
  }
}
