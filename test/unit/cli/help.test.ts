import { Command } from 'commander';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { exitTable } from '../../../src/cli/add-help.js';
import { allCommands } from '../../../src/cli/command-tree.js';
import { completionScript } from '../../../src/cli/completion.js';
import { HELP_EXAMPLES } from '../../../src/cli/help-examples.js';
import { createProgram } from '../../../src/cli/program.js';
import { runCli } from './run-cli.js';

const io = { stdout: () => undefined, stderr: () => undefined, env: {}, terminal: false };
const program = await createProgram(io);
const paths = allCommands(program).map(({ path }) => path);

describe('help', () => {
  it.each(paths.map((path) => [path.join(' ')]))(
    '"%s" has the exit codes, and examples or is one of many',
    async (path) => {
      const { code, stdout } = await runCli([...path.split(' ').filter((word) => word !== ''), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(exitTable());
      const covered = HELP_EXAMPLES[path] ?? HELP_EXAMPLES[path.split(' ')[0] ?? ''];
      expect(covered?.length, path).toBeGreaterThan(0);
    },
  );

  it('speaks only of commands that are there', () => {
    expect(
      Object.keys(HELP_EXAMPLES).filter((path) => !paths.some((known) => known.join(' ') === path)),
    ).toEqual([]);
  });

  const examples = Object.values(HELP_EXAMPLES).flat();
  it.each(examples.map((example) => [example]))('the example is one that parses: %s', async (example) => {
    const words =
      (example.split(' > ')[0] ?? '').match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
    const fresh = await createProgram(io);
    // Everything but the doing: commander checks the words before it
    for (const { command } of allCommands(fresh)) command.action(() => undefined);
    await expect(fresh.parseAsync(words, { from: 'user' })).resolves.toBeInstanceOf(Command);
  });

  it('lists every exit code of the program', () => {
    expect([...exitTable().matchAll(/^ +(\d+) /gm)].map(([, code]) => Number(code))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 130,
    ]);
  });
});

describe('a slip of the fingers', () => {
  it.each([
    [['nosuch']],
    [['deliveries', 'nosuch']],
    [['deliveries', 'show']],
    [['bulk', 'run', 'b', '--rate', '0', '--reason', 'x']],
    [['start', '--nosuch']],
    [['try']],
    [['audit', '--from', 'never']],
  ])('%j ends with 2 and says something', async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });
});

/** What bash would offer after these words. */
function complete(...words: readonly string[]): readonly string[] {
  const line = ['komand-bridge', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${completionScript('bash', program)}
COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _komand_bridge; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trim().split('\n');
}

describe('completion', () => {
  it.each([
    [['deli'], ['deliveries']],
    [['deliveries', 'ta'], ['tail']],
    [['deliveries', 'list', '--st'], ['--state']],
    [['deliveries', 'list', '--state', 'dead', '--so'], ['--source']],
    [['bulk', 'plan', 'dis'], ['discard']],
    [['completion', 'z'], ['zsh']],
  ])('%j offers %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  it('offers every command at the top', () => {
    expect(complete('')).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
  });

  it('prints a script for zsh too, and knows no other shell', async () => {
    const { stdout } = await runCli(['completion', 'zsh']);
    expect(stdout).toMatch(/^#compdef komand-bridge\n/);
    expect(stdout).toContain('bashcompinit');
    expect((await runCli(['completion', 'fish'])).code).toBe(2);
  });
});
