import type { Command } from 'commander';
import { withApi, wholeNumber, type ApiFlags } from './api-command.js';
import { createApiClient, type ApiClient } from './api-client.js';
import { paint, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { watchDeliveries } from './poll-deliveries.js';
import { readMessages } from './server-sent-events.js';
import { isOfSource, parseMessage, tailLine } from './tail-line.js';
import { onInterrupt } from './on-interrupt.js';

interface Flags extends ApiFlags {
  readonly source?: string;
  readonly interval: number;
}

/** `deliveries tail`: a line for each request, attempt and outcome, until Ctrl-C. */
export function addTail(io: CliIo, parent: Command): void {
  withApi(parent.command('tail').description('watch requests, attempts and outcomes as they happen'))
    .option('--source <name>', 'only of this source')
    .option(
      '--interval <s>',
      'seconds between two looks, at a bridge without a live stream',
      wholeNumber(1),
      1,
    )
    .action(async (flags: Flags) => {
      const { signal, release } = onInterrupt(io);
      const api = createApiClient(io, flags);
      try {
        io.stderr(paint(io, 'dim', 'Watching; Ctrl-C ends it.') + '\n');
        if (!(await follow(io, api, flags, signal))) {
          io.stderr('This bridge has no live stream; looking at the list now and then.\n');
          await watchDeliveries(io, api, flags, signal);
        }
      } finally {
        release();
      }
      if (!signal.aborted) throw new CliError('The bridge ended the stream.', EXIT.dependencyDown);
    });
}

/** Prints what the stream says until it ends. `false` where the bridge has none. */
async function follow(io: CliIo, api: ApiClient, flags: Flags, signal: AbortSignal): Promise<boolean> {
  const { source } = flags;
  try {
    for await (const message of readMessages(api.stream('/api/v1/events', {}, signal))) {
      const seen = parseMessage(message);
      if (seen === undefined || !isOfSource(seen, source)) continue;
      io.stdout(flags.json === true ? `${JSON.stringify(seen)}\n` : `${tailLine(io, seen)}\n`);
    }
    return true;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.notFound) return false;
    throw error;
  }
}
