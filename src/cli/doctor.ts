import { Command } from 'commander';
import { formatFaults } from '../config/format-faults.js';
import { checkAddress } from './check-address.js';
import { checkDisk } from './check-disk.js';
import { checkLive, type LiveCheck } from './check-live.js';
import { checkOps } from './check-ops.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { loadInForce, shippedPresets, type Loaded } from './load-in-force.js';
import { configFile } from './config-file.js';

interface Flags {
  readonly config?: string;
  readonly json?: boolean;
}

/**
 * `komand-bridge doctor`: everything around the bridge, looked at once: configuration, Redis and how it keeps what it
 * takes, clocks, names, certificates, logins, disk, and the bridge itself. Changes nothing. Exits as the first check that
 * failed: 3 configuration, 4 login, 7 something is not there, 1 the rest.
 */
export function doctorCommand(io: CliIo): Command {
  return new Command('doctor')
    .description('look at everything the bridge needs, and say what is wrong with it')
    .option('--config <file>', 'configuration (default: $BRIDGE_CONFIG, ./bridge.yaml, deploy/bridge.yaml)')
    .option('--json', 'machine-readable output')
    .action(async (flags: Flags) => {
      const file = configFile(flags.config, io.env);
      const loaded = loadInForce(io, file, shippedPresets());
      const checks = [configCheck(file, loaded)];
      if (loaded.ok) {
        const { config } = loaded.inForce;
        checks.push(...(await checkLive(config)));
        for (const target of config.targets) checks.push(...(await checkAddress(target, Date.now())));
        checks.push(...(await checkDisk(config.spool)), await checkOps(config.ops));
      }
      const failed = checks.filter(({ ok }) => !ok);
      if (flags.json === true) {
        printJson(io, { ok: failed.length === 0, checks: checks.map(toJson) });
      } else {
        for (const check of checks) io.stdout(lineOf(io, check));
      }
      const [first] = failed;
      if (first === undefined) return;
      throw new CliError(
        failed.length === 1 ? 'One check failed.' : `${failed.length} checks failed.`,
        first.exitCode,
      );
    });
}

function configCheck(file: string, loaded: Loaded): LiveCheck {
  if (!loaded.ok)
    return { name: 'config', ok: false, detail: formatFaults(loaded.faults), exitCode: EXIT.config };
  const { sources, targets } = loaded.inForce.config;
  const good = `${file}: ${sources.length} sources, ${targets.length} targets`;
  const doubts = loaded.warnings.length === 0 ? '' : `\n${formatFaults(loaded.warnings)}`;
  return {
    name: 'config',
    ok: true,
    detail: good + doubts,
    exitCode: EXIT.ok,
    ...(doubts === '' ? {} : { warning: true }),
  };
}

function stateOf({ ok, warning }: LiveCheck): 'ok' | 'warn' | 'fail' {
  if (!ok) return 'fail';
  return warning === true ? 'warn' : 'ok';
}

function toJson(check: LiveCheck): Readonly<Record<string, string>> {
  return { name: check.name, state: stateOf(check), detail: check.detail };
}

function lineOf(io: CliIo, check: LiveCheck): string {
  const state = stateOf(check);
  const tone = state === 'ok' ? 'green' : state === 'warn' ? 'yellow' : 'red';
  const lines = check.detail.split('\n').map(plain);
  return `${paint(io, tone, state.padEnd(4))}  ${check.name.padEnd(18)}  ${lines.join(`\n${' '.repeat(26)}`)}\n`;
}
