import { Command } from 'commander';
import type { CliIo } from './cli-io.js';
import { configFile } from './config-file.js';
import { CliError, EXIT } from './exit-code.js';
import { runBridge } from './run-bridge.js';
import { ROLES, type Role } from './start-options.js';

interface Flags {
  readonly config?: string;
  readonly roles: string;
  readonly setup?: boolean;
  readonly data: string;
}

/** `komand-bridge start`: runs until SIGTERM or SIGINT, then drains and ends. */
export function startCommand(io: CliIo): Command {
  return new Command('start')
    .description('run the bridge')
    .option('--config <file>', 'configuration (default: $BRIDGE_CONFIG, ./bridge.yaml, deploy/bridge.yaml)')
    .option('--roles <list>', 'what this process does, of ingress,worker,ops', ROLES.join(','))
    .option('--setup', 'start a Redis and a Komand simulator of its own where none are configured')
    .option('--data <folder>', 'where such a Redis, the spool and generated secrets live', 'data')
    .action(async (flags: Flags) => {
      await runBridge(io, {
        config: configFile(flags.config, io.env),
        roles: readRoles(flags.roles),
        setup: flags.setup === true,
        dataDir: flags.data,
      });
    });
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
