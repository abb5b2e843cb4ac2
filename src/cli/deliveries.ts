import { Command } from 'commander';
import { isJsonObject } from '../model/json.js';
import { createApiClient, type ApiClient } from './api-client.js';
import { plain, printJson, printTable, type CliIo } from './cli-io.js';

interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

interface ListOptions extends CommonOptions {
  readonly source?: string;
  readonly state?: string;
  readonly jobId?: string;
  readonly deliveryKey?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

interface ChangeOptions extends CommonOptions {
  readonly reason: string;
}

/** `komand-bridge deliveries list|show|retry|discard|replay`. */
export function deliveriesCommand(io: CliIo): Command {
  const command = new Command('deliveries').description('see and repair deliveries of a running bridge');

  common(command.command('list').description('list deliveries, newest first'))
    .option('--source <name>', 'only of this source')
    .option('--state <state>', 'queued, active, scheduled, delivered, dead or discarded')
    .option('--job-id <id>', 'the delivery that started this Komand job')
    .option('--delivery-key <key>', 'deliveries of this key; needs --source')
    .option('--limit <n>', 'at most this many', '50')
    .option('--cursor <cursor>', 'go on from an earlier page')
    .action(async (options: ListOptions) => {
      const page = await createApiClient(io, options).get('/api/v1/deliveries', {
        source: options.source,
        state: options.state,
        job_id: options.jobId,
        delivery_key: options.deliveryKey,
        limit: options.limit,
        cursor: options.cursor,
      });
      if (options.json === true) return printJson(io, page);
      printTable(io, [['RECEIVED', 'ID', 'STATE', 'TRIES', 'JOB', 'OUTCOME', 'ERROR'], ...rowsOf(page)]);
    });

  common(command.command('show <id>').description('show one delivery with its timeline')).action(
    async (id: string, options: CommonOptions) => {
      const shown = await createApiClient(io, options).get(`/api/v1/deliveries/${encodeURIComponent(id)}`);
      if (options.json === true) printJson(io, shown);
      else io.stdout(`${JSON.stringify(shown, null, 2)}\n`);
    },
  );

  change(
    io,
    command.command('retry <id>').description('try a dead or scheduled delivery now'),
    (api, id, { reason }) => api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/retry`, { reason }),
  );
  change(
    io,
    command.command('discard <id>').description('take a delivery out for good'),
    (api, id, { reason }) => api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/discard`, { reason }),
  );
  change(
    io,
    command.command('replay <id>').description('send a delivery again as a new one'),
    (api, id, { reason }) => api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/replay`, { reason }),
  );
  return command;
}

function common(command: Command): Command {
  return command
    .option('--json', 'machine-readable output')
    .option('--url <url>', 'operations address of the bridge')
    .option('--token <token>', 'operations token; better: BRIDGE_OPS_TOKEN');
}

function change(
  io: CliIo,
  command: Command,
  run: (api: ApiClient, id: string, options: ChangeOptions) => Promise<unknown>,
): void {
  common(command)
    .requiredOption('--reason <text>', 'why: kept in the audit trail')
    .action(async (id: string, options: ChangeOptions) => {
      printJson(io, await run(createApiClient(io, options), id, options));
    });
}

function rowsOf(page: unknown): string[][] {
  const items = isJsonObject(page) ? page['items'] : undefined;
  if (!Array.isArray(items)) return [];
  return items.filter(isJsonObject).map((item) =>
    ['received_at', 'id', 'state', 'attempt_count', 'job_id', 'outcome', 'error_class'].map((key) => {
      const value = item[key];
      return typeof value === 'string' || typeof value === 'number' ? plain(String(value)) : '-';
    }),
  );
}
