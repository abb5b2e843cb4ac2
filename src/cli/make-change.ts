import type { Command } from 'commander';
import { withApi, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { paint, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';

/** Options of every command that changes something in a running bridge. */
export interface ChangeFlags extends ApiFlags {
  readonly reason: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** What is about to be done. */
export interface Change {
  /** A question's words without its mark: `Retry dlv_…`. */
  readonly what: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export function withChange(command: Command): Command {
  return withApi(command)
    .requiredOption('--reason <text>', 'why: kept in the audit trail')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'show what would be asked of the bridge, and change nothing');
}

/** Asks, unless told not to, and posts. Answers `undefined` for a dry run. Throws a `CliError` when it is not to be. */
export async function postChange(
  io: CliIo,
  flags: ChangeFlags,
  { what, path, body }: Change,
): Promise<unknown> {
  const sent = { ...body, reason: flags.reason };
  if (flags.dryRun === true) {
    if (flags.json === true) printJson(io, { dry_run: true, method: 'POST', path, body: sent });
    else io.stdout(`POST ${path}\n${JSON.stringify(sent)}\n`);
    return undefined;
  }
  if (flags.yes !== true) await confirm(io, what);
  return createApiClient(io, flags).post(path, sent);
}

/** As `postChange`; prints the answer: a sentence of `tell`, or JSON where that is wanted. */
export async function makeChange(
  io: CliIo,
  flags: ChangeFlags,
  change: Change,
  tell: (answer: unknown) => string,
): Promise<void> {
  const answer = await postChange(io, flags, change);
  if (flags.dryRun === true) return;
  if (flags.json === true) printJson(io, answer);
  else io.stdout(`${tell(answer)}\n`);
}

/** Resolves when the person says yes. Throws a `CliError`: usage where nobody can be asked, failed for a no. */
export async function confirm(io: CliIo, what: string): Promise<void> {
  if (io.ask === undefined) {
    throw new CliError(`${what}? Nobody can be asked here; say --yes.`, EXIT.usage);
  }
  const said = await io.ask(`${paint(io, 'bold', what)}? [y/N] `);
  if (said === undefined || !/^y(es)?$/i.test(said.trim())) {
    throw new CliError('Nothing was changed.', said === undefined ? EXIT.interrupted : EXIT.failed);
  }
}
