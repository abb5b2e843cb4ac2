import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { paint, plain, type CliIo } from '../../../src/cli/cli-io.js';
import { exitCodeOf } from '../../../src/cli/exit-code-of.js';
import { CliError, EXIT } from '../../../src/cli/exit-code.js';

function io(terminal: boolean, env: Readonly<Record<string, string>>): CliIo {
  return { stdout: () => undefined, stderr: () => undefined, terminal, env };
}

describe('colour', () => {
  it.each([
    [true, {}, '\u001b[31mx\u001b[0m'],
    [true, { NO_COLOR: '' }, '\u001b[31mx\u001b[0m'],
    [true, { NO_COLOR: '1' }, 'x'],
    [true, { TERM: 'dumb' }, 'x'],
    [false, {}, 'x'],
  ])('on a terminal: %s, with %j', (terminal, env, expected) => {
    expect(paint(io(terminal, env), 'red', 'x')).toBe(expected);
  });

  it('never lets through what came from outside', () => {
    expect(plain('a\u001b[31m\r\n\u009b')).toBe('a\\x1b[31m\\x0d\\x0a\\x9b');
  });
});

describe('the exit code', () => {
  it.each([
    [new CommanderError(0, 'commander.helpDisplayed', ''), 0],
    [new CommanderError(1, 'commander.unknownOption', ''), 2],
    [new CliError('x', EXIT.partly), 6],
    [new Error('x'), 1],
    ['x', 1],
  ])('of %s is %i', (error, expected) => {
    expect(exitCodeOf(io(false, {}), error)).toBe(expected);
  });
});
