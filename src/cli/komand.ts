import { Command, InvalidArgumentError } from 'commander';
import type { JsonObject } from '../model/json.js';
import type { KomandJob } from '../targets/komand/komand-job.js';
import type { KomandThing } from '../targets/komand/komand-records.js';
import type { KomandTarget } from '../targets/komand/target.js';
import { plain, printJson, printTable, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { sendsEvent } from './komand-send.js';
import { type KomandDeps, type KomandOptions, withTarget } from './komand-target.js';

interface JobsOptions extends KomandOptions {
  readonly limit: number;
  readonly offset: number;
  readonly status?: string;
}

interface JobOptions extends KomandOptions {
  readonly steps?: boolean;
}

/** `komand-bridge komand …`: every endpoint of Komand, by hand. Exits 4 for a refused login, 5 for what is not there, 7 for no Komand. */
export function komandCommand(io: CliIo, deps: KomandDeps): Command {
  const command = new Command('komand').description('talk to Komand itself, without the queue');
  const add = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .option('--target <name>', 'which target of the configuration (default: the only one)')
      .option('--config <file>', 'configuration file')
      .option('--json', 'machine-readable output, with every field Komand sent');

  const list = <T extends { readonly raw: JsonObject }>(
    name: string,
    description: string,
    heading: readonly string[],
    read: (target: KomandTarget) => Promise<readonly T[]>,
    row: (item: T) => readonly string[],
  ): void => {
    add(name, description).action((options: KomandOptions) =>
      withTarget(io, deps, options, async (target) => {
        printItems(io, options, heading, await read(target), row);
      }),
    );
  };

  add('login', 'log in and show what this login may do').action((options: KomandOptions) =>
    withTarget(io, deps, options, (target) => showLogin(io, options, target)),
  );
  list(
    'workflows',
    'list the active workflows',
    ['ID', 'NAME'],
    (target) => target.workflows(),
    ({ id, name }) => [id, name],
  );
  add('jobs', 'list jobs, newest first')
    .option('--limit <n>', 'at most this many', wholeNumber, 20)
    .option('--offset <n>', 'leave out this many', wholeNumber, 0)
    .option('--status <status>', 'only of this status, e.g. failed')
    .action((options: JobsOptions) =>
      withTarget(io, deps, options, async (target) => {
        const { limit, offset, status } = options;
        const jobs = await target.jobs({ limit, offset, ...(status !== undefined && { status }) });
        printItems(io, options, ['CREATED', 'JOB', 'STATUS', 'WORKFLOW', 'NAME'], jobs, jobRow);
      }),
    );
  add('job <id>', 'show one job')
    .option('--steps', 'with its steps')
    .action((id: string, options: JobOptions) =>
      withTarget(io, deps, options, (target) => showJob(io, options, target, id)),
    );
  list(
    'users',
    'list the users',
    ['ID', 'USER', 'NAME', 'EMAIL', 'ROLE', 'STATE'],
    (target) => target.users(),
    (user) => [
      user.id,
      user.name,
      user.fullName,
      user.email,
      user.role,
      user.inactive ? 'inactive' : 'active',
    ],
  );
  const thing = ({ id, name, type }: KomandThing): string[] => [id, name, type];
  list(
    'connections',
    'list the connections',
    ['ID', 'NAME', 'PLUGIN'],
    (target) => target.connections(),
    thing,
  );
  list(
    'plugins',
    'list the installed plugins',
    ['ID', 'NAME', 'VERSION'],
    (target) => target.plugins(),
    thing,
  );
  sendsEvent(io, deps, 'workflow', add('run <workflow>', 'start a workflow and print the id of its job'));
  sendsEvent(io, deps, 'trigger', add('trigger <id>', 'send an event to a trigger'));
  return command;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function time(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}

function jobRow({ createdAt, jobId, status, workflowId, name }: KomandJob): string[] {
  return [time(createdAt), jobId, status, workflowId, name ?? ''];
}

function printItems<T extends { readonly raw: JsonObject }>(
  io: CliIo,
  options: KomandOptions,
  heading: readonly string[],
  items: readonly T[],
  row: (item: T) => readonly string[],
): void {
  if (options.json === true)
    return printJson(
      io,
      items.map(({ raw }) => raw),
    );
  printTable(io, [
    heading,
    ...items.map((item) => row(item).map((cell) => (cell === '' ? '-' : plain(cell)))),
  ]);
}

async function showLogin(io: CliIo, options: KomandOptions, target: KomandTarget): Promise<void> {
  const state = await target.login();
  if (state.kind !== 'open') throw new CliError(`${target.name}: no session.`, EXIT.auth);
  const usableUntil = time(state.usableUntil);
  if (options.json === true) {
    return printJson(io, {
      target: target.name,
      usable_until: usableUntil,
      permissions: state.permissions ?? null,
    });
  }
  const permissions = state.permissions?.map(plain).join(', ') ?? 'not told';
  printTable(io, [
    ['target', target.name],
    ['usable until', usableUntil],
    ['permissions', permissions],
  ]);
}

async function showJob(io: CliIo, options: JobOptions, target: KomandTarget, id: string): Promise<void> {
  const job = await target.job(id);
  if (job === undefined) throw new CliError(`${target.name} knows no job ${plain(id)}.`, EXIT.notFound);
  const steps = options.steps === true ? await target.jobSteps(id) : undefined;
  if (options.json === true) return printJson(io, steps === undefined ? job.raw : { ...job.raw, steps });
  const rows: [string, string][] = [
    ['job', job.jobId],
    ['status', job.status],
    ['workflow', `${job.workflowId} ${job.name ?? ''}`.trim()],
    ['created', time(job.createdAt)],
    ['ended', time(job.endedAt)],
    ['failed step', job.failedStep ?? ''],
    ['link', target.jobUrl(job.jobId)],
    ['received', job.startMessage === undefined ? '' : JSON.stringify(job.startMessage)],
    ['steps', steps === undefined ? '' : JSON.stringify(steps)],
  ];
  printTable(
    io,
    rows.filter(([, value]) => value !== '').map(([label, value]) => [label, plain(value)]),
  );
}
