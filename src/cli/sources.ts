import { Command } from 'commander';
import { at, listAt, textAt } from '../ops/console/fields.js';
import { segment, withApi, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { printJson, type CliIo } from './cli-io.js';
import { makeChange, withChange, type ChangeFlags } from './make-change.js';
import { printPage, type Column } from './print-rows.js';
import { addInfer } from './sources-infer.js';
import { addNew } from './sources-new.js';

const COLUMNS: readonly Column[] = [
  ['SOURCE', 'name'],
  ['PRESET', 'preset'],
  ['STATE', stateOf],
  ['LAST EVENT', 'last_event_at'],
  ['ROUTES', routesOf],
];

/** `komand-bridge sources list|pause|resume|new|infer`. */
export function sourcesCommand(io: CliIo): Command {
  const command = new Command('sources').description('the configured senders, and help for a new one');
  withApi(command.command('list').description('list the sources of a running bridge')).action(
    async (flags: ApiFlags) => {
      const answer = await createApiClient(io, flags).get('/api/v1/sources');
      if (flags.json === true) return printJson(io, answer);
      printPage(io, { items: listAt(answer, 'items') }, COLUMNS, 'No source is configured.');
    },
  );
  const change = (verb: 'pause' | 'resume', description: string, told: string): void => {
    withChange(command.command(`${verb} <source>`).description(description)).action(
      (name: string, flags: ChangeFlags) => {
        const what = `${verb === 'pause' ? 'Pause' : 'Resume'} ${name}`;
        return makeChange(
          io,
          flags,
          { what, path: `/api/v1/sources/${segment(name)}/${verb}` },
          () => `${name} ${told}`,
        );
      },
    );
  };
  change(
    'pause',
    'hold its deliveries back; webhooks are still accepted and kept',
    'is paused: its events are kept, and delivered once it is resumed',
  );
  change('resume', 'deliver what was held back, and what comes', 'is delivered again');
  addNew(io, command);
  addInfer(io, command);
  return command;
}

function stateOf(item: unknown): string {
  const paused = at(item, 'paused') === true || textAt(item, 'paused', 'by') !== undefined;
  if (paused) return 'paused';
  return at(item, 'silent') === true ? 'silent' : 'live';
}

function routesOf(item: unknown): string {
  return listAt(item, 'routes')
    .map((route) => `${textAt(route, 'name') ?? ''} → ${textAt(route, 'target') ?? ''}`)
    .join(', ');
}
