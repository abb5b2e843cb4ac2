import { Command } from 'commander';
import { audit, type Audit } from '../queue/audit.js';
import { printJson, printTable, type CliIo } from './cli-io.js';
import { timeOf } from './delivery-filters.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import { configFile } from './config-file.js';
import { withRedis } from './with-redis.js';

interface Flags {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/**
 * `komand-bridge audit`: proves accepted = delivered + dead + discarded + filtered + pending from the store itself, and
 * names every delivery that does not add up. Exits 1 where the books do not balance, 7 where Redis is away.
 */
export function auditCommand(io: CliIo): Command {
  return new Command('audit')
    .description('prove that every accepted event is accounted for')
    .option('--from <time>', '2026-01-31T12:00:00Z, or 2h (ago); default: 24h')
    .option('--to <time>', 'default: now')
    .option('--config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .action(async (flags: Flags) => {
      const now = Date.now();
      // What was accepted in this very second counts too
      const to = timeAt(flags.to, now) ?? now + 1_000;
      const from = timeAt(flags.from, now) ?? to - DAY_MS;
      if (from >= to) throw new CliError('--from must be before --to.', EXIT.usage);
      const { inForce } = mustLoad(
        { ...io, stderr: () => undefined },
        configFile(flags.config, io.env),
        shippedPresets(),
      );
      const found = await withRedis(inForce.config.redis, ({ patient }) =>
        audit({
          client: patient,
          prefix: inForce.config.redis.prefix,
          sources: [...inForce.sources.keys()],
          from,
          to,
        }),
      );
      if (flags.json === true) printJson(io, found);
      else print(io, found);
      if (!found.balanced) throw new CliError('The books do not balance.', EXIT.failed);
    });
}

function print(io: CliIo, { sources, findings }: Audit): void {
  printTable(io, [
    ['SOURCE', 'ACCEPTED', 'FILTERED', 'DELIVERED', 'DEAD', 'DISCARDED', 'PENDING', 'BALANCED'],
    ...sources.map(({ source, books, states, balanced }) => [
      source,
      String(books.accepted),
      String(books.filtered),
      String(states.delivered),
      String(states.dead),
      String(states.discarded),
      String(states.queued + states.active + states.scheduled),
      balanced ? 'yes' : 'NO',
    ]),
  ]);
  for (const { source, id, what } of findings) io.stdout(`${source} ${id} ${what}\n`);
}

function timeAt(text: string | undefined, now: number): number | undefined {
  const time = timeOf(text, now);
  return time === undefined ? undefined : Date.parse(time);
}
