import { Option, type Command } from 'commander';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { withApi, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import type { CliIo } from './cli-io.js';
import { filterQuery, withFilters, type FilterFlags } from './delivery-filters.js';
import { CliError, EXIT } from './exit-code.js';

interface Flags extends ApiFlags, FilterFlags {
  readonly format: string;
  readonly output?: string;
}

/** `deliveries export`: the filtered deliveries as JSON lines or CSV, as they come, to standard output or a file. */
export function addExport(io: CliIo, parent: Command): void {
  withFilters(withApi(parent.command('export').description('write deliveries out as JSON lines or CSV')))
    .addOption(new Option('--format <format>', 'of the file').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--output <file>', 'write there; it must not exist yet (default: standard output)')
    .action(async (flags: Flags) => {
      const query = { ...filterQuery(flags, Date.now()), format: flags.format };
      const chunks = createApiClient(io, flags).stream('/api/v1/export', query, io.interrupted);
      if (flags.output === undefined) {
        for await (const chunk of chunks) io.stdout(chunk);
      } else {
        const bytes = await writeAll(flags.output, chunks);
        io.stderr(`${flags.output}: ${bytes} bytes\n`);
      }
      if (io.interrupted?.aborted === true)
        throw new CliError('Interrupted; what was written is not the whole.', EXIT.interrupted);
    });
}

/** Nothing is made before the bridge has answered, and what is there already is never written over. */
async function writeAll(file: string, chunks: AsyncIterable<string>): Promise<number> {
  let out: WriteStream | undefined;
  try {
    for await (const chunk of chunks) {
      out ??= await openNew(file);
      if (!out.write(chunk)) await once(out, 'drain');
    }
    out ??= await openNew(file);
  } finally {
    out?.end();
    if (out !== undefined) await finished(out);
  }
  return out.bytesWritten;
}

async function openNew(file: string): Promise<WriteStream> {
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await once(out, 'open');
  } catch {
    throw new CliError(
      `Cannot make the file ${file}: it is there already, or its folder is not.`,
      EXIT.usage,
    );
  }
  return out;
}
