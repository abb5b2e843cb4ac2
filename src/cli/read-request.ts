import { isJsonObject } from '../model/json.js';
import { readExample, type Example } from '../sources/load-examples.js';
import { CliError, EXIT } from './exit-code.js';
import { readText } from './read-text.js';

/** A request from a file. */
export interface ReadRequest extends Example {
  /** Whether headers came with it: who brings some is taken at their word, credentials included. */
  readonly ownHeaders: boolean;
}

/**
 * A request from a file: `{ headers, body }` as the presets' examples are, or else the body itself. `headersFile` is a
 * JSON object of headers on top. Throws a `CliError` for what cannot be read.
 */
export function readRequest(file: string, headersFile?: string): ReadRequest {
  const text = readText(file);
  const stored = isStored(text);
  const example = stored ? readExample(file, text) : bareBody(file, text);
  const headers = { ...example.headers, ...(headersFile === undefined ? {} : readHeaders(headersFile)) };
  return { ...example, headers, ownHeaders: stored || headersFile !== undefined };
}

function readHeaders(file: string): Readonly<Record<string, string>> {
  const headers = parse(readText(file));
  if (!isJsonObject(headers)) throw new CliError(`${file} is not a JSON object.`, EXIT.usage);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function isStored(text: string): boolean {
  const value = parse(text);
  return isJsonObject(value) && ('rawBody' in value || ('body' in value && 'headers' in value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bareBody(name: string, body: string): Example {
  const headers = { 'content-type': 'application/json' };
  return { name, method: 'POST', headers, query: '', body, expect: {}, retryOf: undefined };
}
