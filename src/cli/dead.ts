import { Command } from 'commander';
import { at, listAt, textAt } from '../ops/console/fields.js';
import { withApi, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { printJson, type CliIo } from './cli-io.js';
import { printPage, type Column } from './print-rows.js';

const COLUMNS: readonly Column[] = [
  ['COUNT', 'count'],
  ['SOURCE', 'source'],
  ['ERROR', 'error_class'],
  ['HTTP', 'status'],
  ['FIRST', 'first_at'],
  ['LAST', 'last_at'],
  ['SAMPLE', (item) => textAt(item, 'sample_ids', 0)],
  ['FINGERPRINT', 'fingerprint'],
  ['EXAMPLE', 'example'],
];

/** `komand-bridge dead groups`. */
export function deadCommand(io: CliIo): Command {
  const command = new Command('dead').description('dead letters: what will not be tried again by itself');
  withApi(command.command('groups').description('group dead letters by what they died of'))
    .option('--source <name>', 'only of this source')
    .action(async (flags: ApiFlags & { readonly source?: string }) => {
      const { source } = flags;
      const answer = await createApiClient(io, flags).get('/api/v1/dead/groups', { source });
      if (flags.json === true) return printJson(io, answer);
      const items = listAt(answer, 'items');
      printPage(io, { items }, COLUMNS, 'There are no dead letters.');
      if (at(answer, 'complete') === false)
        io.stderr('There are more than were looked at yet; ask again in a moment.\n');
    });
  return command;
}
