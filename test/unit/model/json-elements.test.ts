import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementTexts, valueText } from '../../../src/model/json-elements.js';

describe('the elements of an array', () => {
  it.each<[string, string[], string[] | undefined]>([
    ['[1,2]', [], ['1', '2']],
    [' [ 1 , "a]," , {"x":[1,2]} , [] ] ', [], ['1', '"a],"', '{"x":[1,2]}', '[]']],
    ['[]', [], []],
    ['[ \n]', [], []],
    ['{"alerts":[{"a":1}]}', ['alerts'], ['{"a":1}']],
    ['{"data":{"events":[1.50,9007199254740993]}}', ['data', 'events'], ['1.50', '9007199254740993']],
    ['{"\\u0061lerts":[1]}', ['alerts'], ['1']],
    ['{"x":"\\"alerts\\":[9]","alerts":[1]}', ['alerts'], ['1']],
    ['{"x":{"alerts":[9]},"alerts":[1]}', ['alerts'], ['1']],
    ['{"x":"\\\\","alerts":[true,null]}', ['alerts'], ['true', 'null']],
    ['{"__proto__":[1]}', ['__proto__'], ['1']],
    ['{"a":[1]}', ['b'], undefined],
    ['{"a":{}}', ['a'], undefined],
    ['{"a":1}', ['a', 'b'], undefined],
    ['{}', ['toString'], undefined],
    ['{}', [], undefined],
  ])('%j at %j', (text, path, expected) => {
    expect(elementTexts(text, path)).toEqual(expected);
  });

  it('are cut out so that they parse to the elements, whatever the spaces', () => {
    const spaced = fc.constantFrom(undefined, 1, '\t', ' \n');
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }),
        fc.string(),
        spaced,
        (elements, around, key, space) => {
          const text = JSON.stringify({ ...around, [key]: elements }, undefined, space);
          const parsed = JSON.parse(text) as Record<string, unknown>;
          expect(elementTexts(text, [key])?.map((each) => JSON.parse(each) as unknown)).toEqual(parsed[key]);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the text of a value', () => {
  it.each<[string, string[], string | undefined]>([
    ['{"a":1}', [], '{"a":1}'],
    ['{"a": 1.0 }', ['a'], '1.0'],
    ['{"a":{"b":"x\\"}"}}', ['a', 'b'], '"x\\"}"'],
    ['{"a":[1, 2]}', ['a'], '[1, 2]'],
    ['{"a":true}', ['a'], 'true'],
    ['{"a":-1e5\n}', ['a'], '-1e5'],
    ['{"a":1}', ['c'], undefined],
    ['[1, {"a":[2, 3] }]', ['1', 'a', '1'], '3'],
    ['[1]', ['1'], undefined],
    ['[1]', ['length'], undefined],
  ])('%j at %j is %j', (text, path, expected) => {
    expect(valueText(text, path)).toBe(expected);
  });

  it('is the value of every key of every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 5 }), (object) => {
        const text = JSON.stringify(object);
        for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, unknown>))
          expect(JSON.parse(valueText(text, [key]) ?? '"nothing"')).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });
});
