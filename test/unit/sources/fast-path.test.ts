import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import { expressionFunctions } from '../../../src/sources/expression-functions.js';
import { NotPlain } from '../../../src/sources/fast-operators.js';
import { compileFastPath, type FastPath } from '../../../src/sources/fast-path.js';

const functions = expressionFunctions({ high: ['x', '2..'] });
const BINDINGS = { source: 's', headers: { h: 'x' }, event_type: '', event_id: undefined, raw: '{}' };

function compile(text: string): { fast: FastPath | undefined; slow: jsonata.Expression } {
  const slow = jsonata(text);
  for (const [name, run] of Object.entries(functions)) {
    slow.registerFunction(name, (...values: unknown[]) => run(...values));
  }
  return { fast: compileFastPath(slow.ast(), functions), slow };
}

const PLAIN = [
  'a',
  'a.b',
  'a.b.c',
  '$.a',
  '`toString`',
  'a = b',
  'a != b',
  'a = "x"',
  'a = null',
  'a > b',
  'a <= 1',
  'a >= "x"',
  'a and b',
  'a or b.c',
  'a & b & "!"',
  'a ? b : c',
  'a ? b',
  'a ?: b',
  'a.b ?? "none"',
  'a in ["x", "y", 1]',
  'a in b',
  '$not(a)',
  '$boolean(a)',
  '$exists(a.b)',
  '$type(a)',
  '$replace(a, "x", "$1")',
  '$link(a, b)',
  '$number(a) >= 2',
  '$lowercase(a)',
  '$uppercase(a.b)',
  '$contains(a, "x")',
  '$substringBefore(a, "x")',
  '$substringAfter(a, "x")',
  '$first(a, b, c, "d")',
  '$severity(a)',
  '$text(a, 3)',
  '$time(a)',
  '$headers.h = a',
  '$source & $event_id & $event_type',
  '($x := a; $y := $x & "-" & $first(b, 1); $y)',
  '($x := 1; ($x := 2; $x) = $x)',
  '($source := a; $source)',
  '{"a": a, "b": {"c": b.c, "d": missing}, "e": $text(a)}',
  '{"t": $first(a, b) ? a : {"n": 1}}',
  '{"a": a.b, "b": {"c": b}, "c": (a), "d": ((c.a))}',
];

const UNPLAIN = [
  '$now',
  'a[0]',
  'a.(b)',
  'a.*',
  '**',
  '[a, b]',
  'a + 1',
  '$map(a, function($x) { $x })',
  '$f := a',
  '($contains := a; $contains("x", "x"))',
  '($text := a; $text(b))',
  '$uppercase',
  '$lowercase()',
  'a^(b)',
  'a{b: c}',
  '{a: 1}',
  '{"a": 1, "a": 2}',
  '{"__proto__": a}',
  'a.b[c = 1].d',
  'a@$x.b',
  '$replace(a, /x/, "y")',
  '$$.a',
  '"x" ~> $uppercase',
];

describe('the fast path', () => {
  const leaf = fc.oneof(
    fc.constantFrom('x', 'y', '', 'axb', '2', '07', '1767225600', 'é'),
    fc.constantFrom(0, 1, 2, -1, 1.5, 1767225600, 1e21),
    fc.constantFrom(true, false, null),
  );
  const key = fc.constantFrom('a', 'b', 'c', 'toString', '__proto__');
  const object = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 })
      .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);
  const text = leaf.map((value) => JSON.stringify(value));
  const list = fc.array(text, { maxLength: 2 }).map((values) => `[${values.join(',')}]`);
  const inner = fc.oneof(text, text, list, object(fc.oneof(text, list, object(text))));
  const input = object(inner).map((body) => JSON.parse(body) as Json);

  it.each(PLAIN)('gives for %s what JSONata gives, or leaves it to it', async (expression) => {
    const { fast, slow } = compile(expression);
    expect(fast).toBeDefined();
    await fc.assert(
      fc.asyncProperty(input, async (body) => {
        const quick = attempt(() => fast?.(body, BINDINGS));
        if (quick instanceof NotPlain) return;
        const [result] = await Promise.allSettled([slow.evaluate(body, BINDINGS) as Promise<unknown>]);
        expect(result).toEqual({ status: 'fulfilled', value: quick });
      }),
      { numRuns: 300 },
    );
  });

  it.each(PLAIN)('takes %s on where nothing is a list', (expression) => {
    const { fast } = compile(expression);
    const bodies: Json[] = [{ a: 'x', b: 'y' }, { a: 1, b: 2 }, { a: { b: 'x' } }, {}];
    const results = bodies.map((body) => attempt(() => fast?.(body, BINDINGS)));
    expect(results.filter((result) => !(result instanceof NotPlain)).length).toBeGreaterThan(0);
  });

  it.each(UNPLAIN)('leaves %s to JSONata', (expression) => {
    expect(compile(expression).fast).toBeUndefined();
  });

  it('puts a list at the end of a path into an object as it is, as JSONata does', async () => {
    const { fast, slow } = compile('{"list": a.b, "same": (a.b), "none": a.c}');
    for (const b of [[], [1], ['x', ['y'], [[]]], [{ c: [null] }, {}], [[1]]]) {
      const body = { a: { b } };
      expect(fast?.(body, {})).toEqual({ list: b, same: b });
      expect(await slow.evaluate(body)).toEqual({ list: b, same: b });
    }
  });

  it('leaves every other list to JSONata', () => {
    const { fast } = compile('a.b');
    for (const body of [[{ a: 1 }], { a: [{ b: 1 }] }, { a: { b: [1] } }]) {
      expect(() => fast?.(body, {})).toThrow(NotPlain);
    }
    const member = compile('{"x": a.b}');
    for (const body of [[{ a: 1 }], { a: [{ b: 1 }] }])
      expect(() => member.fast?.(body, {})).toThrow(NotPlain);
  });
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof NotPlain) return error;
    throw error;
  }
}
