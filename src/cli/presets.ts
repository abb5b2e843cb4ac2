import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePreset } from '../sources/describe-preset.js';
import { printJson, printTable, type CliIo } from './cli-io.js';
import { shippedPresets } from './load-in-force.js';
import { mustFindPreset } from './must-find-preset.js';

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
    .option('--json', 'machine-readable output')
    .action((name: string, { json }: { json?: boolean }) => {
      const preset = mustFindPreset(shippedPresets(), name);
      const page = readFileSync(join(preset.folder, 'README.md'), 'utf8');
      if (json === true)
        printJson(io, { ...describePreset(preset), docs: preset.docs, retries: preset.retries, page });
      else io.stdout(page);
    });
  return command;
}
