import { Argument, Command } from 'commander';
import { entriesAt, listAt, numberAt, textAt } from '../ops/console/fields.js';
import { segment, withApi, wholeNumber, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { plain, printJson, printTable, type CliIo } from './cli-io.js';
import { filterQuery, withFilters, type FilterFlags } from './delivery-filters.js';
import { CliError, EXIT } from './exit-code.js';
import { makeChange, postChange, withChange, type ChangeFlags } from './make-change.js';
import { printPage, type Column } from './print-rows.js';
import { watchBulk } from './watch-bulk.js';

interface PlanFlags extends ApiFlags, FilterFlags {
  readonly all?: boolean;
}

interface RunFlags extends ChangeFlags {
  readonly rate: number;
  readonly wait: boolean;
}

const COLUMNS: readonly Column[] = [
  ['ID', 'id'],
  ['ACTION', 'action'],
  ['STATE', 'state'],
  ['COUNT', 'count'],
  ['DONE', 'succeeded'],
  ['FAILED', 'failed'],
  ['SKIPPED', 'skipped'],
  ['BY', 'by'],
  ['REASON', 'reason'],
];

const pathOf = (id: string, verb = ''): string => `/api/v1/bulk/${segment(id)}${verb}`;

/** `komand-bridge bulk plan|run|list|show|cancel`. A run that failed for some exits 6, for all 1. */
export function bulkCommand(io: CliIo): Command {
  const command = new Command('bulk').description('the same for many deliveries: count first, then run');

  withFilters(
    withApi(command.command('plan').description('count and remember what would be touched; changes nothing')),
  )
    .addArgument(new Argument('<action>', 'what to do with each').choices(['retry', 'discard', 'replay']))
    .option('--all', 'every delivery there is; without it, a filter is needed')
    .action((action: string, flags: PlanFlags) => plan(io, action, flags));

  withChange(command.command('run <id>').description('run a plan: exactly the deliveries that were counted'))
    .option('--rate <n>', 'at most so many in a second', wholeNumber(1), 10)
    .option('--no-wait', 'start it and do not watch')
    .action((id: string, flags: RunFlags) => run(io, id, flags));

  withApi(command.command('list').description('list bulk operations')).action(async (flags: ApiFlags) => {
    const answer = await createApiClient(io, flags).get('/api/v1/bulk');
    if (flags.json === true) return printJson(io, answer);
    printPage(io, { items: listAt(answer, 'items') }, COLUMNS, 'There are no bulk operations.');
  });

  withApi(command.command('show <id>').description('show a plan or how far it is')).action(
    async (id: string, flags: ApiFlags) => {
      const shown = await createApiClient(io, flags).get(pathOf(id));
      if (flags.json === true) printJson(io, shown);
      else printBulk(io, shown);
    },
  );

  withChange(command.command('cancel <id>').description('stop it; what is done stays done')).action(
    (id: string, flags: ChangeFlags) =>
      makeChange(
        io,
        flags,
        { what: `Cancel ${id}`, path: pathOf(id, '/cancel') },
        () => `${id} is cancelled`,
      ),
  );
  return command;
}

async function plan(io: CliIo, action: string, flags: PlanFlags): Promise<void> {
  const filter = filterQuery(flags, Date.now());
  const empty = Object.keys(filter).length === 0;
  if (empty && flags.all !== true)
    throw new CliError('Say which deliveries with a filter, or --all.', EXIT.usage);
  if (!empty && flags.all === true) throw new CliError('Either a filter or --all, not both.', EXIT.usage);
  const made = await createApiClient(io, flags).post('/api/v1/bulk', {
    action,
    ...(empty ? { all: true } : { filter }),
  });
  if (flags.json === true) return printJson(io, made);
  printBulk(io, made);
  const id = textAt(made, 'id') ?? '';
  io.stderr(`Run it: komand-bridge bulk run ${plain(id)} --reason "…"\n`);
}

async function run(io: CliIo, id: string, flags: RunFlags): Promise<void> {
  const planned = await createApiClient(io, flags).get(pathOf(id));
  const what = `${textAt(planned, 'action') ?? 'Run'} ${numberAt(planned, 'count') ?? 0} deliveries`;
  const body = { rate: flags.rate };
  const started = await postChange(io, flags, { what: plain(what), path: pathOf(id, '/run'), body });
  if (flags.dryRun === true) return;
  const ended = flags.wait ? await watchBulk(io, createApiClient(io, flags), pathOf(id)) : started;
  if (flags.json === true) printJson(io, ended);
  else printBulk(io, ended);
  if (!flags.wait) return;
  const failed = numberAt(ended, 'failed') ?? 0;
  const done = numberAt(ended, 'succeeded') ?? 0;
  if (failed > 0) throw new CliError(`${failed} of them failed.`, done > 0 ? EXIT.partly : EXIT.failed);
  if (textAt(ended, 'state') === 'cancelled')
    throw new CliError(`It was cancelled; ${done} were done.`, done > 0 ? EXIT.partly : EXIT.failed);
}

function printBulk(io: CliIo, item: unknown): void {
  const facts = [
    'id',
    'action',
    'state',
    'count',
    'succeeded',
    'failed',
    'skipped',
    'rate',
    'by',
    'reason',
    'waiting_for',
  ];
  printTable(
    io,
    facts.flatMap((name) => {
      const value = textAt(item, name);
      return value === undefined ? [] : [[name.replaceAll('_', ' '), plain(value)]];
    }),
  );
  const became = entriesAt(item, 'became').map(([state, n]) => `${String(n)} ${state}`);
  if (became.length > 0) io.stdout(`\nby now ${plain(became.join(', '))}\n`);
  const results = listAt(item, 'results');
  const shown = results.length > 0 ? results : listAt(item, 'samples');
  if (shown.length > 0) io.stdout(results.length > 0 ? '\nresults\n' : '\nsamples\n');
  printTable(
    io,
    shown.map((each) => [
      plain(textAt(each, 'id') ?? textAt(each) ?? ''),
      plain(textAt(each, 'result') ?? textAt(each, 'state') ?? ''),
      plain(textAt(each, 'detail') ?? textAt(each, 'error_class') ?? textAt(each, 'new_id') ?? ''),
    ]),
  );
}
