import { Command } from 'commander';
import { textAt } from '../ops/console/fields.js';
import { segment, withApi, wholeNumber, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { printJson, type CliIo } from './cli-io.js';
import { addExport } from './deliveries-export.js';
import { addTail } from './deliveries-tail.js';
import { filterQuery, withFilters, type FilterFlags } from './delivery-filters.js';
import { makeChange, withChange, type ChangeFlags } from './make-change.js';
import { printPage, type Column } from './print-rows.js';
import { printDelivery } from './print-delivery.js';
import { readPage } from './read-page.js';
import { readText } from './read-text.js';

interface ListFlags extends ApiFlags, FilterFlags {
  readonly limit: number;
  readonly cursor?: string;
}

interface ReplayFlags extends ChangeFlags {
  readonly body?: string;
}

const COLUMNS: readonly Column[] = [
  ['RECEIVED', 'received_at'],
  ['ID', 'id'],
  ['STATE', 'state'],
  ['TRIES', 'attempt_count'],
  ['JOB', 'job_id'],
  ['OUTCOME', 'outcome'],
  ['ERROR', 'error_class'],
];

const pathOf = (id: string, verb = ''): string => `/api/v1/deliveries/${segment(id)}${verb}`;

/** `komand-bridge deliveries list|show|retry|discard|replay|tail|export`. */
export function deliveriesCommand(io: CliIo): Command {
  const command = new Command('deliveries').description('see and repair deliveries of a running bridge');

  withFilters(withApi(command.command('list').description('list deliveries, newest first')))
    .option('--limit <n>', 'at most this many', wholeNumber(1), 50)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .action(async (flags: ListFlags) => {
      const query = { ...filterQuery(flags, Date.now()), cursor: flags.cursor };
      const page = await readPage(createApiClient(io, flags), '/api/v1/deliveries', query, flags.limit);
      if (flags.json === true) printJson(io, page);
      else printPage(io, page, COLUMNS, 'No delivery is like that.');
    });

  withApi(command.command('show <id>').description('show one delivery with its timeline')).action(
    async (id: string, flags: ApiFlags) => {
      const shown = await createApiClient(io, flags).get(pathOf(id));
      if (flags.json === true) printJson(io, shown);
      else printDelivery(io, shown);
    },
  );

  withChange(command.command('retry <id>').description('try a dead or scheduled delivery now')).action(
    (id: string, flags: ChangeFlags) =>
      makeChange(
        io,
        flags,
        { what: `Retry ${id}`, path: pathOf(id, '/retry') },
        () => `${id} is tried again`,
      ),
  );
  withChange(command.command('discard <id>').description('take a delivery out for good')).action(
    (id: string, flags: ChangeFlags) =>
      makeChange(
        io,
        flags,
        { what: `Discard ${id}`, path: pathOf(id, '/discard') },
        () => `${id} is discarded; its record stays`,
      ),
  );
  withChange(command.command('replay <id>').description('send a delivery again as a new one'))
    .option('--body <file>', 'with this body in place of the original; - for standard input')
    .action((id: string, flags: ReplayFlags) => {
      const body = flags.body === undefined ? undefined : { body: readText(flags.body) };
      return makeChange(
        io,
        flags,
        { what: `Send ${id} again`, path: pathOf(id, '/replay'), ...(body === undefined ? {} : { body }) },
        (answer) => `${textAt(answer, 'id') ?? 'A new delivery'} replays ${id}`,
      );
    });
  addTail(io, command);
  addExport(io, command);
  return command;
}
