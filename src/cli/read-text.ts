import { readFileSync } from 'node:fs';
import { CliError, EXIT } from './exit-code.js';

/** The text of a file that a person named; `-` is standard input. Throws a `CliError` where it cannot be read. */
export function readText(file: string): string {
  try {
    // File descriptor 0 is standard input.
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new CliError(`Cannot read ${file === '-' ? 'standard input' : file}.`, EXIT.usage);
  }
}
