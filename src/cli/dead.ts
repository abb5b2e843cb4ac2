import { Command } from 'commander';
import { listAt, textAt } from '../ops/console/fields.js';
import { withApi, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { printJson, type CliIo } from './cli-io.js';
import { printPage, type Column } from './print-rows.js';

const COLUMNS: readonly Column[] = [
  ['COUNT', 'count'],
  ['SOURCE', 'source'],
  ['ERROR', 'error_class'],
  ['HTTP', (item) => textAt(item, 'status') ?? textAt(item, 'http_code')],
  ['FIRST', (item) => textAt(item, 'first_at') ?? textAt(item, 'first')],
  ['LAST', (item) => textAt(item, 'last_at') ?? textAt(item, 'last')],
  ['SAMPLE', (item) => textAt(item, 'sample_ids', 0) ?? textAt(item, 'samples', 0) ?? textAt(item, 'samples', 0, 'id')],
  ['FINGERPRINT', 'fingerprint'],
  ['REASON', 'reason'],
];

/** `komand-bridge dead groups`. */
export function deadCommand(io: CliIo): Command {
  const command = new Command('dead').description('dead letters: what will not be tried again by itself');
  withApi(command.command('groups').description('group dead letters by what they died of')).action(
    async (flags: ApiFlags) => {
      const answer = await createApiClient(io, flags).get('/api/v1/dead/groups');
      if (flags.json === true) return printJson(io, answer);
      const items = listAt(answer, 'items').length > 0 ? listAt(answer, 'items') : listAt(answer, 'groups');
      printPage(io, items, COLUMNS, { empty: 'There are no dead letters.' });
    },
  );
  return command;
}
