import { readFileSync } from 'node:fs';
import { CliError, EXIT } from './exit-code.js';

/**
 * The body for `--data`: JSON text, or `@file` (`@-` for standard input). Komand takes objects only, so a list
 * becomes `{"events":[…]}` and a single value `{"value":…}`; the text inside stays as it is, digit for digit.
 * Throws a `CliError` when there is no such file or it is not JSON.
 */
export function readData(data: string): string {
  const text = (data.startsWith('@') ? readInput(data.slice(1)) : data).trim();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CliError('--data is not JSON.', EXIT.usage);
  }
  if (Array.isArray(value)) return `{"events":${text}}`;
  return typeof value === 'object' && value !== null ? text : `{"value":${text}}`;
}

function readInput(file: string): string {
  try {
    // File descriptor 0 is standard input.
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new CliError(`Cannot read ${file === '-' ? 'standard input' : file}.`, EXIT.usage);
  }
}
