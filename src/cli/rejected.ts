import { Command } from 'commander';
import { at, textAt } from '../ops/console/fields.js';
import { segment, withApi, wholeNumber, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { printJson, type CliIo } from './cli-io.js';
import { makeChange, withChange, type ChangeFlags } from './make-change.js';
import { printPage, type Column } from './print-rows.js';
import { readPage } from './read-page.js';

interface ListFlags extends ApiFlags {
  readonly source?: string;
  readonly cause?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const COLUMNS: readonly Column[] = [
  ['TIME', 'at'],
  ['ID', 'id'],
  ['SOURCE', 'source'],
  ['STATUS', 'status'],
  ['KEPT', (item) => (at(item, 'quarantined') === true ? 'yes' : 'no')],
  ['CAUSE', 'cause'],
  ['DETAIL', 'detail'],
];

const pathOf = (id: string, verb = ''): string => `/api/v1/rejected/${segment(id)}${verb}`;

/** `komand-bridge rejected list|show|release|discard`. */
export function rejectedCommand(io: CliIo): Command {
  const command = new Command('rejected').description('requests that were not accepted, and why');

  withApi(command.command('list').description('list rejected requests, newest first'))
    .option('--source <name>', 'only of this source')
    .option('--cause <cause>', 'only for this cause: wrong_secret, stale, schema_mismatch …')
    .option('--limit <n>', 'at most this many', wholeNumber(1), 50)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .action(async (flags: ListFlags) => {
      const { source, cause, cursor } = flags;
      const query = { source, cause, cursor };
      const page = await readPage(createApiClient(io, flags), '/api/v1/rejected', query, flags.limit);
      if (flags.json === true) printJson(io, page);
      else printPage(io, page, COLUMNS, 'No rejected request is like that.');
    });

  withApi(command.command('show <id>').description('show one, with its body where it is quarantined')).action(
    async (id: string, flags: ApiFlags) => {
      const shown = await createApiClient(io, flags).get(pathOf(id));
      io.stdout(`${JSON.stringify(shown, null, flags.json === true ? 0 : 2)}\n`);
    },
  );

  withChange(
    command
      .command('release <id>')
      .description('send a quarantined body through the present schema and routes'),
  ).action((id: string, flags: ChangeFlags) =>
    makeChange(io, flags, { what: `Release ${id}`, path: pathOf(id, '/release') }, (answer) => {
      const event = textAt(answer, 'event_id') ?? textAt(answer, 'eventId') ?? id;
      return `${event} ${textAt(answer, 'status') ?? 'released'}`;
    }),
  );
  withChange(command.command('discard <id>').description('remove a rejected request')).action(
    (id: string, flags: ChangeFlags) =>
      makeChange(io, flags, { what: `Remove ${id}`, path: pathOf(id, '/discard') }, () => `${id} is removed`),
  );
  return command;
}
