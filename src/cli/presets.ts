import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePreset } from '../sources/describe-preset.js';
import { printJson, printTable, type CliIo } from './cli-io.js';
import { CliError, EXIT } from './exit-code.js';
import { shippedPresets } from './load-in-force.js';

/** `komand-bridge presets list|show`. */
export function presetsCommand(io: CliIo): Command {
  const command = new Command('presets').description('the products the bridge knows');
  command
    .command('list')
    .description('list the presets')
    .option('--json', 'machine-readable output')
    .action(({ json }: { json?: boolean }) => {
      const presets = shippedPresets();
      const found = presets.names
        .map((name) => presets.get(name))
        .filter((preset) => preset !== undefined)
        .map(describePreset);
      if (json === true) return printJson(io, found);
      printTable(io, [
        ['PRESET', 'PRODUCT', 'AUTHENTICATION', 'DELIVERY KEY'],
        ...found.map(({ name, title, authentication, deliveryKey }) => [
          name,
          title,
          authentication,
          deliveryKey,
        ]),
      ]);
    });
  command
    .command('show <preset>')
    .description(
      "show a preset's page: what to enter on the sender's side, what it signs, whether it retries",
    )
    .action((name: string) => {
      const preset = shippedPresets().get(name);
      if (preset === undefined) {
        const names = shippedPresets().names.join(', ');
        throw new CliError(`There is no preset "${name}"; there are: ${names}.`, EXIT.notFound);
      }
      io.stdout(readFileSync(join(preset.folder, 'README.md'), 'utf8'));
    });
  return command;
}
