import { Command } from 'commander';
import { openRedis } from '../queue/connect.js';
import { audit, type Audit } from '../queue/audit.js';
import { printJson, printTable, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { mustLoad, shippedPresets } from './load-in-force.js';
import { configFile } from './start.js';

interface Flags {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;
const CONNECT_MS = 3_000;

/**
 * `komand-bridge audit`: proves accepted = delivered + dead + discarded + filtered + pending from the store itself, and
 * names every delivery that does not add up. Exits 1 where the books do not balance, 7 where Redis is away.
 */
export function auditCommand(io: CliIo): Command {
  return new Command('audit')
    .description('prove that every accepted event is accounted for')
    .option('--from <time>', 'RFC 3339; default: 24 h ago')
    .option('--to <time>', 'RFC 3339; default: now')
    .option('--config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .action(async (flags: Flags) => {
      const { inForce } = mustLoad(
        { ...io, stderr: () => undefined },
        configFile(flags.config, io.env),
        shippedPresets(),
      );
      const to = readTime(flags.to) ?? Date.now() + 1_000;
      const from = readTime(flags.from) ?? to - DAY_MS;
      const connections = openRedis(inForce.config.redis, () => undefined);
      try {
        await new Promise<void>((resolve, reject) => {
          const late = setTimeout(
            () => reject(new CliError('Redis does not answer.', EXIT.dependencyDown)),
            CONNECT_MS,
          );
          connections.patient.once('ready', () => {
            clearTimeout(late);
            resolve();
          });
        });
        const found = await audit({
          client: connections.patient,
          prefix: inForce.config.redis.prefix,
          sources: [...inForce.sources.keys()],
          from,
          to,
        });
        if (flags.json === true) printJson(io, found);
        else print(io, found);
        if (!found.balanced) throw new CliError('The books do not balance.', EXIT.failed);
      } finally {
        await connections.close();
      }
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

function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new CliError(`"${text}" is not a time; write 2026-01-31T12:00:00Z.`, EXIT.usage);
  return time;
}
