import { Command } from 'commander';
import { formatFaults } from '../config/format-faults.js';
import { redactConfig } from '../config/redact-config.js';
import type { Config } from '../model/settings.js';
import { checkPreset } from '../sources/check-preset.js';
import type { PresetLibrary } from '../sources/preset.js';
import { paint, plain, printJson, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { checkLive } from './check-live.js';
import { loadInForce, shippedPresets, sourceDeps } from './load-in-force.js';
import { configFile } from './config-file.js';

interface Flags {
  readonly config?: string;
  readonly live?: boolean;
  readonly presets?: boolean;
  readonly printEffective?: boolean;
  readonly json?: boolean;
}

/**
 * `komand-bridge check`: every fault of the configuration at once, each with its line, and the examples of the presets
 * in use. Exits 3 for a fault, 4 for a login that is refused, 7 for a Redis or target that is not there (`--live`).
 */
export function checkCommand(io: CliIo): Command {
  return new Command('check')
    .description('check the configuration, without starting anything')
    .option('--config <file>', 'configuration (default: $BRIDGE_CONFIG, ./bridge.yaml, deploy/bridge.yaml)')
    .option('--live', 'ask Redis and the targets too')
    .option('--presets', 'run the examples of all presets, not only of those in use')
    .option('--print-effective', 'print the configuration with every default, secrets hidden')
    .option('--json', 'machine-readable output')
    .action(async (flags: Flags) => {
      const file = configFile(flags.config, io.env);
      const presets = shippedPresets();
      const loaded = loadInForce(io, file, presets);
      if (!loaded.ok) {
        if (flags.json === true) printJson(io, { ok: false, faults: loaded.faults });
        throw new CliError(formatFaults(loaded.faults), EXIT.config);
      }
      const { config } = loaded.inForce;
      const examples = await checkExamples(presets, config, flags.presets === true);
      const live = flags.live === true ? await checkLive(config) : [];
      if (flags.json === true) {
        printJson(io, {
          ok: live.every(({ ok }) => ok),
          hash: loaded.inForce.hash,
          warnings: loaded.warnings,
          examples,
          live,
          ...(flags.printEffective === true ? redactConfig(loaded.read) : {}),
        });
      } else {
        if (loaded.warnings.length > 0) io.stderr(`${formatFaults(loaded.warnings)}\n`);
        if (flags.printEffective === true)
          io.stdout(`${JSON.stringify(redactConfig(loaded.read), null, 2)}\n`);
        for (const { ok, name, detail } of live)
          io.stdout(`${paint(io, ok ? 'green' : 'red', ok ? 'ok  ' : 'FAIL')} ${name}: ${plain(detail)}\n`);
        io.stdout(
          `${file} is good: ${config.sources.length} sources, ${config.targets.length} targets, ${examples} preset examples.\n`,
        );
      }
      const failed = live.find(({ ok }) => !ok);
      if (failed !== undefined) throw new CliError(`${failed.name}: ${failed.detail}`, failed.exitCode);
    });
}

/** Answers how many examples ran. Throws a `CliError` where one does not do what it says. */
async function checkExamples(presets: PresetLibrary, config: Config, all: boolean): Promise<number> {
  const names = all ? presets.names : [...new Set(config.sources.map(({ preset }) => preset))];
  const deps = sourceDeps(config.http.trustProxy);
  const faults: string[] = [];
  let examples = 0;
  for (const name of names) {
    const preset = presets.get(name);
    if (preset === undefined) continue;
    const report = await checkPreset(preset, deps);
    examples += report.examples;
    faults.push(...report.faults.map((fault) => `schemas/${name}: ${fault}`));
  }
  if (faults.length > 0) throw new CliError(faults.join('\n'), EXIT.config);
  return examples;
}
