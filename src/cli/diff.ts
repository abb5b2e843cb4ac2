import { Command } from 'commander';
import type { Source } from '../model/source.js';
import { withApi, wholeNumber, type ApiFlags } from './api-command.js';
import { createApiClient } from './api-client.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { compareJudged, WORSE, type Change } from './compare-judged.js';
import { CliError, EXIT } from './exit-code.js';
import { judgeEvent, type StoredEvent } from './judge-event.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import { createProgressBar } from './progress-bar.js';
import { configFile } from './config-file.js';
import { readStoredEvents } from './stored-events.js';

interface Flags extends ApiFlags {
  readonly last: number;
  readonly config: string;
  readonly against?: string;
  readonly source?: string;
}

interface Difference {
  readonly event_id: string;
  readonly source: string;
  readonly changes: readonly Change[];
}

/**
 * `komand-bridge diff --last N --config NEW`: what a changed schema, condition, mapping or destination would do to the last N
 * stored events. Exits 1 where an event that is taken now would be refused or could not be mapped.
 */
export function diffCommand(io: CliIo): Command {
  return withApi(
    new Command('diff').description('show what a changed configuration would do to stored events'),
  )
    .requiredOption('--config <file>', 'the changed configuration')
    .option(
      '--against <file>',
      'the present one (default: $BRIDGE_CONFIG, ./bridge.yaml, deploy/bridge.yaml)',
    )
    .option('--last <n>', 'how many events, from the newest', wholeNumber(1), 100)
    .option('--source <name>', 'only of this source')
    .action(async (flags: Flags) => {
      const before = load(io, configFile(flags.against, io.env));
      const after = load(io, flags.config);
      const bar = createProgressBar(io);
      const events = await readStoredEvents(createApiClient(io, flags), flags.last, flags.source, (done) =>
        bar.show(done, flags.last, 'events read'),
      ).finally(() => bar.end());
      const differences: Difference[] = [];
      for (const event of events) {
        const changes = await changesFor(event, before, after);
        if (changes.length > 0) differences.push({ event_id: event.id, source: event.source, changes });
      }
      if (flags.json === true)
        printJson(io, { events: events.length, changed: differences.length, differences });
      else print(io, events.length, differences);
      const worse = differences.filter(({ changes }) => changes.some(({ kind }) => WORSE.has(kind)));
      if (worse.length > 0)
        throw new CliError(`${worse.length} events that are taken now would be lost to it.`, EXIT.failed);
    });
}

function load(io: CliIo, file: string): ReadonlyMap<string, Source> {
  return mustLoad({ ...io, stderr: () => undefined }, file, shippedPresets()).inForce.sources;
}

async function changesFor(
  event: StoredEvent,
  before: ReadonlyMap<string, Source>,
  after: ReadonlyMap<string, Source>,
): Promise<readonly Change[]> {
  const [was, is] = [before.get(event.source), after.get(event.source)];
  if (is === undefined) return [{ kind: 'refused', detail: `there is no source ${event.source} any more` }];
  const none = { refusals: ['there was no such source'], routes: [] };
  return compareJudged(was === undefined ? none : await judgeEvent(was, event), await judgeEvent(is, event));
}

function print(io: CliIo, events: number, differences: readonly Difference[]): void {
  for (const { event_id: id, source, changes } of differences) {
    io.stdout(`${paint(io, 'bold', id)}  ${source}\n`);
    for (const { kind, detail } of changes)
      io.stdout(`  ${paint(io, WORSE.has(kind) ? 'red' : 'yellow', kind.padEnd(13))}  ${plain(detail)}\n`);
  }
  const tally = new Map<string, number>();
  for (const { changes } of differences)
    for (const kind of new Set(changes.map((change) => change.kind)))
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
  const kinds = [...tally].map(([kind, n]) => `${kind} ${n}`).join(', ');
  io.stdout(
    `${events} events, ${differences.length} would be otherwise${kinds === '' ? '' : ` (${kinds})`}.\n`,
  );
}
