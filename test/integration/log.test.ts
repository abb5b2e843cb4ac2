import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../src/ops/observe/log.js';
import { spawnHelper } from '../support/spawn-helper.js';
import { waitUntil } from '../support/wait-until.js';

function logInto(lines: string[], level: LogOptions['level'] = 'info') {
  return createLog({
    level,
    service: 'bridge',
    version: '1',
    instance: 'test',
    write: (line) => void lines.push(line),
  });
}

describe('the log', () => {
  it('writes one JSON object a line, in the order said, whatever stands in the values', async () => {
    const lines: string[] = [];
    const log = logInto(lines);
    log('info', 'one', { header: 'a\r\nforged: yes\u001b[31m', n: 1 });
    log('warn', 'two', {});
    expect(lines).toEqual([]);
    await waitUntil('both lines', () => lines.length === 2);
    log('error', 'three', { undefined: undefined });
    await waitUntil('the third', () => lines.length === 3);
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said).toMatchObject([
      {
        level: 'info',
        msg: 'one',
        header: 'a\r\nforged: yes\u001b[31m',
        n: 1,
        service: 'bridge',
        instance: 'test',
      },
      { level: 'warn', msg: 'two' },
      { level: 'error', msg: 'three' },
    ]);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    expect(lines.every((line) => /^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z"/.test(line))).toBe(true);
  });

  it('leaves out what is below its level', async () => {
    const lines: string[] = [];
    const log = logInto(lines, 'warn');
    log('debug', 'no', {});
    log('info', 'no', {});
    log('warn', 'yes', {});
    await waitUntil('the line', () => lines.length > 0);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['yes']);
  });

  it('has said everything when the process ends in the same breath', async () => {
    const helper = spawnHelper('log-and-exit.mjs', []);
    expect(await helper.ended()).toBe(3);
    await waitUntil('both lines', () => helper.lines.length === 2);
    expect(helper.lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['first', 'last']);
  });
});
