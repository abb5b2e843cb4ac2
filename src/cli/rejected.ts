import { Command } from 'commander';
import { isJsonObject } from '../model/json.js';
import { createApiClient, type ApiClient } from './api-client.js';
import { plain, printJson, printTable, type CliIo } from './cli-io.js';

interface Common {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

interface ListFlags extends Common {
  readonly source?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `komand-bridge rejected list|show|release|discard`. */
export function rejectedCommand(io: CliIo): Command {
  const command = new Command('rejected').description('requests that were not accepted, and why');
  const add = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .option('--json', 'machine-readable output')
      .option('--url <url>', 'operations address of the bridge')
      .option('--token <token>', 'operations token; better: BRIDGE_OPS_TOKEN');
  const pathOf = (id: string, verb = ''): string => `/api/v1/rejected/${encodeURIComponent(id)}${verb}`;

  add('list', 'list rejected requests, newest first')
    .option('--source <name>', 'only of this source')
    .option('--limit <n>', 'at most this many', '50')
    .option('--cursor <cursor>', 'go on from an earlier page')
    .action(async (flags: ListFlags) => {
      const { source, limit, cursor } = flags;
      const page = await createApiClient(io, flags).get('/api/v1/rejected', { source, limit, cursor });
      if (flags.json === true) return printJson(io, page);
      printTable(io, [['TIME', 'ID', 'SOURCE', 'STATUS', 'KEPT', 'CAUSE', 'DETAIL'], ...rowsOf(page)]);
    });
  add('show <id>', 'show one, with its body where it is quarantined').action(
    async (id: string, flags: Common) => {
      const shown = await createApiClient(io, flags).get(pathOf(id));
      io.stdout(`${JSON.stringify(shown, null, flags.json === true ? 0 : 2)}\n`);
    },
  );
  const change = (verb: 'release' | 'discard', description: string): void => {
    add(`${verb} <id>`, description)
      .requiredOption('--reason <text>', 'why: kept in the audit trail')
      .action(async (id: string, flags: Common & { readonly reason: string }) => {
        const api: ApiClient = createApiClient(io, flags);
        printJson(io, await api.post(pathOf(id, `/${verb}`), { reason: flags.reason }));
      });
  };
  change('release', 'send a quarantined body through the present schema and routes');
  change('discard', 'remove a rejected request');
  return command;
}

function rowsOf(page: unknown): string[][] {
  const items = isJsonObject(page) ? page['items'] : undefined;
  if (!Array.isArray(items)) return [];
  return items.filter(isJsonObject).map((item) =>
    ['at', 'id', 'source', 'status', 'quarantined', 'cause', 'detail'].map((key) => {
      const value = item[key];
      if (key === 'quarantined') return value === true ? 'yes' : 'no';
      return typeof value === 'string' || typeof value === 'number' ? plain(String(value)) : '-';
    }),
  );
}
