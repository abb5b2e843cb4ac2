import type { Command } from 'commander';
import { allCommands } from './command-tree.js';
import { EXIT } from './exit-code.js';
import { HELP_EXAMPLES } from './help-examples.js';

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'ok',
  failed: 'failed',
  usage: 'usage',
  config: 'configuration',
  auth: 'not authenticated, or not allowed',
  notFound: 'not found',
  partly: 'done for some, not for all',
  dependencyDown: 'bridge, Redis or Komand is not there',
  interrupted: 'interrupted',
};

/** Adds examples and the table of exit codes to the help of every command. */
export function addHelp(program: Command): void {
  for (const { path, command } of allCommands(program)) {
    const examples = HELP_EXAMPLES[path.join(' ')] ?? [];
    const lines = examples.map((example) => `  ${program.name()} ${example}`);
    if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
    command.addHelpText('after', `\n${exitTable()}`);
  }
}

/** The exit codes, as the README has them. */
export function exitTable(): string {
  const rows = Object.entries(EXIT).map(
    ([name, code]) => `  ${String(code).padStart(3)}  ${meaningOf(name)}`,
  );
  return `Exit codes:\n${rows.join('\n')}`;
}

function meaningOf(name: string): string {
  return Object.entries(MEANINGS).find(([known]) => known === name)?.[1] ?? name;
}
