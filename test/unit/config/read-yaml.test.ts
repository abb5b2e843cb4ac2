import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { readYaml } from '../../../src/config/read-yaml.js';
import { faults, load } from './load.js';

const bomb = (levels: number): string =>
  Array.from({ length: levels }, (_, i) =>
    i === 0 ? 'a0: &a0 [x]' : `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`,
  ).join('\n');

describe('readYaml', () => {
  it.each([
    ['', 'bridge.yaml: is empty'],
    ['# only a comment\n', 'bridge.yaml: is empty'],
    ['- a\n', 'bridge.yaml:1: must be a block of settings (key: value)'],
    ['root:*:1:0:9:7:::\nbin:*:1\n', 'bridge.yaml:2: lacks a character: a closing quote, a bracket, a colon'],
    ['http:\n  port: 1\n  port: 2\n', 'bridge.yaml:3 /http/port: stands here twice'],
    ['sources:\n  a: {}\n  a: {}\n', 'bridge.yaml:3 /sources/a: stands here twice'],
    ['http:\n  __proto__: { port: 1 }\n', 'bridge.yaml:2 /http: has a key that is not allowed'],
    ['"__proto__": 1\n', 'bridge.yaml:1: has a key that is not allowed'],
    ['? [a]\n: 1\n', 'bridge.yaml:1: has a key that is not text'],
    ['http:\n\tport: 1\n', 'bridge.yaml:2: is indented with a tab; use spaces'],
    ['log: {}\n---\nlog: {}\n', 'bridge.yaml:2: holds a second document (---)'],
    ['log: { level: !secret info }\n', 'bridge.yaml:1: has a tag (!…), which is not allowed here'],
    ['log: !!binary aGVsbG8=\n', 'bridge.yaml:1 /log: must be text, a number, true or false'],
    ['log: { level: .inf }\n', 'bridge.yaml:1 /log/level: must be text, a number, true or false'],
    ['log: { level: *none }\n', 'bridge.yaml:1 /log/level: names an anchor that is not there'],
    ['log: { level: ${env:A} }\n', 'bridge.yaml:1: is not YAML; inside { } and [ ] a reference needs quotes'],
  ])('refuses %j', (text, expected) => {
    expect(faults(text)).toEqual([expected]);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', `log: ${'['.repeat(40)}${']'.repeat(40)}`],
    ['braces', '{a: '.repeat(100_000)],
    ['dashes', '- '.repeat(100_000)],
    ['explicit keys', '? '.repeat(100_000)],
    ['colons', ': '.repeat(100_000)],
    ['indentation', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['dashes by lines', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}-`).join('\n')],
    ['brackets over lines', '[\n'.repeat(100_000)],
  ])('refuses deep %s before the parser sees them', (_, text) => {
    expect(faults(text)).toEqual(['bridge.yaml: is nested too deeply']);
  });

  it('refuses what is too large', () => {
    expect(faults(`a: "${'x'.repeat(1_048_576)}"`)).toEqual(['bridge.yaml: is larger than 1 MiB']);
  });

  it('says that a file cannot be read', () => {
    const readFile = (): string => {
      throw new Error('EACCES: hunter2');
    };
    expect(loadConfig({ file: 'x.yaml', env: {}, readFile, presets: [] })).toEqual({
      ok: false,
      faults: [{ file: 'x.yaml', pointer: '', message: 'cannot be read' }],
    });
  });

  it('does not unfold a bomb, nor an anchor inside itself', () => {
    const [fault, ...more] = faults(bomb(12));
    expect(fault).toMatch(/: uses too many aliases$/);
    expect(more).toEqual([]);
    expect(faults('a: &a [*a, *a]')[0]).toMatch(/is nested too deeply|uses too many aliases/);
  });

  it('takes an honest alias, and no 1.1 words', () => {
    expect(readYaml('a: &x { b: yes }\nc: *x\n')).toMatchObject({
      ok: true,
      value: { a: { b: 'yes' }, c: { b: 'yes' } },
    });
  });
});

describe('loadConfig', () => {
  const word = fc.constantFrom(
    'redis',
    'http',
    'ops',
    'targets',
    'sources',
    'routes',
    'auth',
    'map',
    'secrets',
    'tokens',
    'a',
    'workflow',
    'delivery_key',
    'url',
    'port',
    'none',
    'hash',
    '__proto__',
    'constructor',
    'toString',
    '1',
    '30s',
    '~',
    '""',
    '"${env:PW}"',
    '"${file:/x}"',
    '&a',
    '*a',
    '!t',
    '<<',
    '[',
    ']',
    '{',
    '}',
    ',',
    '-',
    '?',
    ':',
    '#',
    '|',
    '>',
  );
  const yamlish = fc
    .array(fc.tuple(fc.constantFrom('', ' ', '  ', '    ', '\n', '\n  ', '\n    ', ': ', '\n- '), word))
    .map((parts) => parts.flat().join(''));
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 0, -1, 1e300, '', 'none', '30s', '${env:PW}', '${', 'x'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        word.filter((key) => /^\w+$/.test(key)),
        tie('any'),
        { maxKeys: 5 },
      ),
    ),
  })).any;

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          yamlish,
          value.map((tree) => JSON.stringify({ sources: tree, targets: tree, ops: tree })),
        ),
        (text) => {
          const loaded = load(text);
          if (!loaded.ok) expect(loaded.faults.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  }, 60_000);
});
