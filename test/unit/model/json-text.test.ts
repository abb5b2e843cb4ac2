import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectJson, parseExact } from '../../../src/model/json-text.js';

const DEPTH = 64;

function inspect(text: string): string {
  const found = inspectJson(text, DEPTH);
  return found.ok ? 'ok' : found.fault;
}

/** Processor time, which a busy machine does not lengthen as it does the clock's. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text as people write it: odd spaces, escapes and numbers, and each key once. */
const spaces = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 2 });
const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/)),
  )
  .map((parts) => parts.join(''));
const strings = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => JSON.stringify(text));
const { container } = fc.letrec<{ value: string; container: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'null', '"\\u00e9\\ud83d\\ude00"', '"\\"\\\\"'),
    numbers,
    strings,
    tie('container'),
  ),
  container: fc.oneof(
    fc
      .array(fc.tuple(spaces, tie('value'), spaces), { maxLength: 5 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    fc
      .uniqueArray(fc.tuple(strings, spaces, tie('value'), spaces), {
        maxLength: 5,
        selector: ([key]) => JSON.parse(key) as string,
      })
      .map((items) => `{${items.map(([key, a, value, b]) => `${a}${key}${b}:${a}${value}${b}`).join(',')}}`),
  ),
}));

describe('a look at JSON text', () => {
  it('takes what JSON.parse takes, with the same value', () => {
    fc.assert(
      fc.property(container, spaces, (text, space) => {
        const found = inspectJson(space + text + space, DEPTH);
        expect(found.ok && found.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes and refuses what JSON.parse does, after any one change to good text', () => {
    const alphabet = '{}[],:"\\ \n0123456789.eE+-truefalsnu\u0000/\'';
    fc.assert(
      fc.property(
        container,
        fc.nat(),
        fc.constantFrom('delete', 'insert', 'replace', 'cut'),
        fc.constantFrom(...alphabet.split('')),
        (text, place, how, char) => {
          const at = place % text.length;
          const changed = {
            delete: text.slice(0, at) + text.slice(at + 1),
            insert: text.slice(0, at) + char + text.slice(at),
            replace: text.slice(0, at) + char + text.slice(at + 1),
            cut: text.slice(0, at),
          }[how];
          const verdict = inspect(changed);
          // What is refused although JSON.parse takes it is refused on purpose, for one of these reasons
          const onPurpose =
            verdict === 'duplicate_key' ||
            !/^\s*[[{]/.test(changed) ||
            (verdict === 'invalid_json' && /\\u[dD][89a-fA-F]/.test(changed));
          const agreed = (verdict === 'ok') === parses(changed) || (verdict !== 'ok' && onPurpose);
          expect(agreed, `${verdict}: ${changed}`).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['', 'empty_body'],
    [' \n\t\r', 'empty_body'],
    ['1', 'invalid_json'],
    ['"x"', 'invalid_json'],
    ['null', 'invalid_json'],
    ['true', 'invalid_json'],
    ['{"a":NaN}', 'invalid_json'],
    ['{"a":Infinity}', 'invalid_json'],
    ["{'a':1}", 'invalid_json'],
    ['{"a":1} x', 'invalid_json'],
    ['{"a":1}{"b":1}', 'invalid_json'],
    ['{"a":1', 'invalid_json'],
    ['{"a":"1', 'invalid_json'],
    ['{"a":"\\', 'invalid_json'],
    ['{/* no */"a":1}', 'invalid_json'],
    ['[1,]', 'invalid_json'],
    ['[01]', 'invalid_json'],
    ['[1.]', 'invalid_json'],
    ['[+1]', 'invalid_json'],
    ['["\u0001"]', 'invalid_json'],
    ['}', 'invalid_json'],
    ['["\\ud800"]', 'invalid_json'],
    ['["\\udc00\\ud800"]', 'invalid_json'],
    ['["\\uD83Dx\\uDE00"]', 'invalid_json'],
    ['{"\\ud800":1}', 'invalid_json'],
    ['{"a":1,"a":1}', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['{"":1,"":2}', 'duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['[{"x":{"a":[],"b":{},"a":1}}]', 'duplicate_key'],
    ['{"a":"\\\\","a":1}', 'duplicate_key'],
  ])('refuses %j: %s', (text, fault) => {
    expect(inspect(text)).toBe(fault);
  });

  it.each([
    ['["\\ud83d\\ude00"]'],
    ['["\u{1f600}"]'],
    ['["\\\\ud800"]'],
    ['{"a":{"a":{"a":[{"a":1},{"a":2}]}}}'],
    ['{"a":"b","b":"a","A":1}'],
    ['["a","a"]'],
    ['{"a":["x","x",{"x":"a"}],"x":1}'],
    ['{}'],
    ['[]'],
  ])('takes %j', (text) => {
    expect(inspect(text)).toBe('ok');
  });

  it.each(['[', '{"a":'])('allows 64 levels of %j and not one more', (open) => {
    const nested = (levels: number): string =>
      open.repeat(levels - 1) + '[]' + (open === '[' ? ']' : '}').repeat(levels - 1);
    expect(inspect(nested(64))).toBe('ok');
    expect(inspect(nested(65))).toBe('too_deep');
    expect(inspect(nested(100_000))).toBe('too_deep');
    expect(inspect(open.repeat(100_000))).toBe('too_deep');
  });

  it('leaves no mark on the prototypes', () => {
    const found = inspectJson(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
      DEPTH,
    );
    expect(found.ok && Object.keys(Object(found.value))).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['200,000 keys', `{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":${i % 7}`).join(',')}}`],
    ['a string of 10 MB', `["${'x'.repeat(10_000_000)}"]`],
    ['a string of a million escapes', `["${'\\"'.repeat(1_000_000)}"]`],
    ['a million backslashes', `["${'\\\\'.repeat(1_000_000)}"]`],
    ['a million short strings', `[${'"",'.repeat(999_999)}""]`],
    ['a number of a million digits', `[1${'0'.repeat(1_000_000)}1]`],
    ['100,000 long numbers', `[${'1000000000000000000001,'.repeat(99_999)}1]`],
  ])('takes %s in little more time than JSON.parse', (_title, text) => {
    expect(cpuMs(() => expect(inspect(text)).toBe('ok'))).toBeLessThan(10_000);
  });
});

describe('exact numbers', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['1e-400', '1e-400'],
    ['-0', '-0'],
    ['-0.0', '-0.0'],
    ['0', 0],
    ['0.0', 0],
    ['0e999', 0],
    ['1.50', 1.5],
    ['1.50e3', 1500],
    ['15E+2', 1500],
    ['0.1', 0.1],
    ['-0.25', -0.25],
    ['0.0000001', 1e-7],
    ['0.00000000001', 1e-11],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['123456789012345678', '123456789012345678'],
    ['100000000000000000000000', 1e23],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['5e-324', 5e-324],
    ['3e-324', '3e-324'],
  ])('%s stands as %j', (literal, expected) => {
    const found = inspectJson(`[${literal}]`, DEPTH);
    expect(found.ok && found.inexact).toBe(typeof expected === 'string');
    expect(parseExact(`[${literal}]`)).toEqual([expected]);
    expect(parseExact(`{"a":[1,${literal}],"b":"${literal}"}`)).toEqual({ a: [1, expected], b: literal });
  });

  it('keeps every number, as a number or digit for digit', () => {
    fc.assert(
      fc.property(numbers, (literal) => {
        const [exact] = parseExact(`[${literal}]`) as [number | string];
        const kept =
          typeof exact === 'string' ? exact === literal : amount(String(exact)) === amount(literal);
        expect(kept).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('changes nothing else, and says so exactly when it changes something', () => {
    fc.assert(
      fc.property(container, (text) => {
        const found = inspectJson(text, DEPTH);
        if (!found.ok) throw new Error(`refused: ${text}`);
        const exact = parseExact(text);
        expect(JSON.stringify(exact) === JSON.stringify(found.value)).toBe(!found.inexact);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** A number as a fraction of whole numbers in lowest powers of ten, worked out without doubles. */
function amount(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(whole.replace('-', '') + fraction);
  let power = BigInt(exponent) - BigInt(fraction.length);
  if (digits === 0n) return '0';
  for (; digits % 10n === 0n; digits /= 10n) power += 1n;
  return `${literal.startsWith('-') ? '-' : ''}${digits}e${power}`;
}
