import { Command } from 'commander';
import cluster from 'node:cluster';
import type { CliIo } from './cli-io.js';
import { configFile } from './config-file.js';
import { CliError, EXIT } from './exit-code.js';
import { runBridge } from './run-bridge.js';
import { runProcesses } from './run-processes.js';
import { ROLES, type Role } from './start-options.js';

interface Flags {
  readonly config?: string;
  readonly roles: string;
  readonly setup?: boolean;
  readonly data: string;
  readonly processes?: string;
}

/** More than any machine has cores to share between them. */
const MOST_PROCESSES = 256;

/** `komand-bridge start`: runs until SIGTERM or SIGINT, then drains and ends. */
export function startCommand(io: CliIo): Command {
  return new Command('start')
    .description('run the bridge')
    .option('--config <file>', 'configuration (default: $BRIDGE_CONFIG, ./bridge.yaml, deploy/bridge.yaml)')
    .option('--roles <list>', 'what this process does, of ingress,worker,ops', ROLES.join(','))
    .option('--setup', 'start a Redis and a Komand simulator of its own where none are configured')
    .option('--data <folder>', 'where such a Redis, the spool and generated secrets live', 'data')
    .option('--processes <n>', 'so many processes that share the port (default: $BRIDGE_PROCESSES or 1)')
    .action(async (flags: Flags) => {
      const options = {
        config: configFile(flags.config, io.env),
        roles: readRoles(flags.roles),
        setup: flags.setup === true,
        dataDir: flags.data,
      };
      const processes = cluster.isPrimary
        ? readProcesses(flags.processes ?? io.env['BRIDGE_PROCESSES'] ?? '1')
        : 1;
      if (processes === 1) return runBridge(io, options);
      if (!options.setup) return runProcesses(io, options, processes);
      throw new CliError('--processes needs a Redis of yours: leave out --setup.', EXIT.usage);
    });
}

function readProcesses(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_PROCESSES) return count;
  throw new CliError(`--processes is a whole number from 1 to ${MOST_PROCESSES}.`, EXIT.usage);
}

function readRoles(list: string): readonly Role[] {
  const names = list.split(',').map((name) => name.trim());
  const roles = ROLES.filter((role) => names.includes(role));
  const unknown = names.find((name) => !roles.some((role) => role === name));
  if (unknown !== undefined || roles.length === 0) {
    throw new CliError(`There is no role "${unknown ?? ''}"; there are: ${ROLES.join(', ')}.`, EXIT.usage);
  }
  return roles;
}
