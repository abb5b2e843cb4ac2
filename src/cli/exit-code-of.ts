import { CommanderError } from 'commander';
import type { CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';

/** How the process ends for what a command threw. Says it on standard error, unless commander has. */
export function exitCodeOf(io: CliIo, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    io.stderr(`${error.message}\n`);
    return error.exitCode;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr(`komand-bridge: ${told}\n`);
  return EXIT.failed;
}
