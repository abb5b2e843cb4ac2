import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import { MappingError } from '../../../src/model/source.js';
import { compileExpression, type Expression } from '../../../src/sources/expression.js';
import { expressionFunctions } from '../../../src/sources/expression-functions.js';

const functions = expressionFunctions({ high: ['major', '7..'] });

function compile(text: string): Expression {
  const compiled = compileExpression(text, functions);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.expression;
}

function fault(text: string): string {
  const compiled = compileExpression(text, functions);
  return compiled.ok ? '' : compiled.message;
}

const run = (text: string, input: Json = {}): Promise<unknown> => compile(text).evaluate(input, {});

describe('compileExpression', () => {
  it('says where an expression goes wrong', () => {
    expect(fault('result.(')).toMatch(/JSONata.*at character \d+ of 8/);
    expect(fault('')).not.toBe('');
  });

  it.each(['$now()', '$millis()', '$random()', '$shuffle([1,2])', '$eval("1")', '($f := $now; $f())'])(
    'refuses %s: a mapping gives the same result each time',
    (text) => expect(fault(text)).toContain('uses $'),
  );

  it.each(['$match(a, /(?=x)y/)', '$replace(a, /(a)\\1/, "")', '($r := /(?<!x)y\\1/; a)'])(
    'refuses %s, which could run away',
    (text) => expect(fault(text)).toContain('linear'),
  );

  it('knows which variables it needs', () => {
    expect([...compile('$alert.severity = "high" and $count(a)').variables].sort()).toEqual([
      'alert',
      'count',
    ]);
  });
});

describe('an expression', () => {
  it.each<[string, Json, unknown]>([
    ['$severity(x)', { x: 'Major' }, 'high'],
    ['$severity(x)', { x: 9 }, 'high'],
    ['$severity(x, {"low": ["major"]})', { x: 'major' }, 'low'],
    ['$severity(x, {"low": ["9"]})', { x: 9 }, 'low'],
    ['$severity(missing)', {}, 'unknown'],
    ['$time(x)', { x: '1767225600' }, '2026-01-01T00:00:00.000Z'],
    ['$time(x)', { x: '0001-01-01T00:00:00Z' }, undefined],
    ['$first(a, b, c)', { a: '', b: null, c: 3 }, 3],
    ['$first(a, " ", "x")', {}, 'x'],
    ['$first(a)', { a: false }, false],
    ['$text(x)', { x: { a: 1 } }, '{"a":1}'],
    ['$text(x, 3)', { x: 'abcdef' }, 'abc'],
    ['$text(x, 1)', { x: '😀' }, ''],
    ['$text(missing)', {}, undefined],
    ['$json(x).n', { x: '{"n": 9007199254740993}' }, '9007199254740993'],
    ['$json(x)', { x: 'no json' }, undefined],
    ['$json(x)', { x: 5 }, undefined],
    ['$replace(x, /a+/, "b")', { x: 'caat' }, 'cbt'],
    ['$match(x, /(\\d+)-(?<w>[a-z]+)/).groups', { x: '12-ab 3-c' }, ['12', 'ab', '3', 'c']],
    ['$split(x, /,\\s*/)', { x: 'a, b,c' }, ['a', 'b', 'c']],
    ['$contains(x, /HOST/i)', { x: 'a host' }, true],
    ['`__proto__`.x', JSON.parse('{"a":1}') as Json, undefined],
  ])('%s of %j', async (text, input, expected) => {
    const result = await run(text, input);
    // As JSON: JSONata's lists have members besides their elements
    expect(result === undefined ? result : JSON.parse(JSON.stringify(result))).toEqual(expected);
  });

  it('sees as many digits as came in', async () => {
    expect(await run('id', { id: '9007199254740993' })).toBe('9007199254740993');
  });

  it.each([
    ['an endless loop', '($f := function($n) { $f($n + 1) }; $f(0))'],
    ['a very large range', '[1..9999999]'],
    ['deep recursion', '($f := function($n) { 1 + $f($n) }; $f(0))'],
    ['a nested product', '[1..3000].([1..3000])'],
    ['a doubling string', '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("x", 60))'],
    ['a type error', '"a" + 1'],
    ['a thrown error', '$error("no")'],
  ])('stops %s with MappingError', async (_, text) => {
    const started = performance.now();
    await expect(run(text)).rejects.toBeInstanceOf(MappingError);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('is not hung by a pattern that would run away', async () => {
    const started = performance.now();
    expect(await run('$contains(x, /^(a+)+$/)', { x: `${'a'.repeat(3_000)}!` })).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('has its time to itself: many at once do not use up each other’s limit', async () => {
    const slow = compile('$sum([1..120].($ * 2))');
    const results = await Promise.all(Array.from({ length: 400 }, () => slow.evaluate({}, {})));
    expect(new Set(results).size).toBe(1);
  });

  it('changes neither its input nor anything else, whatever the keys', async () => {
    const expression = compile(
      '{"all": **, "keys": $keys($), "x": $merge([$, {"a": 1}]), "l": $lookup($, "__proto__")}',
    );
    const keys = fc.oneof(fc.constantFrom('__proto__', 'toString', 'constructor', 'prototype'), fc.string());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(keys, fc.jsonValue({ maxDepth: 2 })), { maxLength: 6 }),
        async (members) => {
          const text = `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
          const input = JSON.parse(text) as Json;
          const before = JSON.stringify(input);
          await expression.evaluate(input, {}).catch((error: unknown) => {
            if (!(error instanceof MappingError)) throw error;
          });
          expect(JSON.stringify(input)).toBe(before);
          expect(Reflect.get({}, 'a')).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });
});
