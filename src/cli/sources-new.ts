import { InvalidArgumentError, type Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '../sources/preset.js';
import { printJson, type CliIo } from './cli-io.js';
import { mustFindPreset } from './must-find-preset.js';
import { sourceBlock } from './source-block.js';
import { shippedPresets } from './load-in-force.js';

interface Flags {
  readonly name?: string;
  readonly workflow?: string;
  readonly trigger?: string;
  readonly json?: boolean;
}

/** `sources new <preset>`: what to paste under `sources:` (standard output), and what to enter at the sender (beside it). */
export function addNew(io: CliIo, parent: Command): void {
  parent
    .command('new <preset>')
    .description('write the configuration of a new source, and say what to enter at its sender')
    .option('--name <name>', 'what to call it (default: as the preset)', sourceName)
    .option('--workflow <id>', 'the workflow that its events start')
    .option('--trigger <id>', 'or the trigger that they call')
    .option('--json', 'machine-readable output')
    .action((presetName: string, flags: Flags) => {
      const preset = mustFindPreset(shippedPresets(), presetName);
      const name = flags.name ?? preset.name;
      const yaml = sourceBlock(preset, { ...flags, name });
      const sender = senderSide(preset).replaceAll('<source>', name);
      if (flags.json === true) return printJson(io, { name, preset: preset.name, yaml, sender });
      io.stdout(yaml);
      io.stderr(`\n${preset.title}: on the sender's side\n\n${sender}\n`);
    });
}

/** The part of the preset's page that speaks of the sender's settings. */
function senderSide(preset: Preset): string {
  const page = readFileSync(join(preset.folder, 'README.md'), 'utf8');
  return (/^## On the sender's side\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(page)?.[1] ?? page).trim();
}

function sourceName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits and dashes, at most 40.');
}
