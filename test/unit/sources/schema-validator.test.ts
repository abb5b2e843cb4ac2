import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import { compileSchema, type Validate } from '../../../src/sources/schema-validator.js';

function validator(schema: Json): Validate {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(compiled.faults.join('; '));
  return compiled.validate;
}

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

describe('compileSchema', () => {
  it('tells place, rule and a sentence, and never the value', () => {
    const validate = validator({
      type: 'object',
      required: ['id'],
      properties: { level: { enum: ['low', 'high'] }, name: { type: 'string', pattern: '^[a-z]+$' } },
    });
    expect(validate({ id: 1, level: 'low' })).toEqual([]);
    const faults = validate({ level: 'hunter2', name: 'hunter2' });
    expect(faults.map(({ pointer, keyword }) => `${pointer} ${keyword}`)).toEqual([
      ' required',
      '/level enum',
      '/name pattern',
    ]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
    expect(faults[1]?.message).toContain('low, high');
  });

  it('tells up to ten faults, of a very large body the first', () => {
    const validate = validator({ type: 'array', items: { type: 'object', required: ['a'] } });
    expect(validate(Array.from({ length: 50 }, () => ({})))).toHaveLength(10);
    const started = performance.now();
    expect(validate(Array.from({ length: 50_000 }, () => ({})))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('reads draft-07 by its name and 2020-12 otherwise', () => {
    const tuple = [{ type: 'string' }, { type: 'number' }];
    expect(validator({ $schema: DRAFT_07, type: 'array', items: tuple })(['a', 'b'])).toHaveLength(1);
    expect(validator({ type: 'array', prefixItems: tuple })(['a', 'b'])).toHaveLength(1);
    expect(
      validator({ $schema: DRAFT_07, definitions: { a: { type: 'string' } }, $ref: '#/definitions/a' })(1),
    ).toHaveLength(1);
  });

  it('checks formats for good, on strings of bounded length', () => {
    const validate = validator({ properties: { at: { format: 'date-time' }, mail: { format: 'email' } } });
    expect(validate({ at: '2026-01-31T00:00:00Z' })).toEqual([]);
    expect(validate({ at: '2026-02-30T00:00:00Z' })).toHaveLength(1);
    const started = performance.now();
    expect(validate({ mail: `${'a.'.repeat(25_000)}!` })).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('does not let a pattern run away', () => {
    const validate = validator({ properties: { a: { pattern: '^(a+)+$' } } });
    const started = performance.now();
    expect(validate({ a: `${'a'.repeat(5_000)}!` })).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each<[string, Json, RegExp]>([
    [
      'a remote reference',
      { properties: { a: { $ref: 'https://example.com/s.json' } } },
      /\/properties\/a\/\$ref/,
    ],
    ['a reference to another file', { $ref: 'other.json' }, /\$ref/],
    ['look-around', { properties: { a: { pattern: '(?=a)b' } } }, /\/properties\/a\/pattern/],
    ['a back-reference in a key', { patternProperties: { '(a)\\1': {} } }, /patternProperties/],
    ['uniqueItems without a bound', { items: { uniqueItems: true } }, /maxItems/],
    ['an unknown keyword', { type: 'object', propertys: {} }, /propertys/],
    ['an unknown format', { format: 'no-such-format' }, /no-such-format/],
    ['no object', ['a'], /object/],
  ])('refuses %s', (_, schema, expected) => {
    const compiled = compileSchema(schema);
    expect(compiled.ok ? '' : compiled.faults.join('; ')).toMatch(expected);
  });

  it('compiles schemas of the same name one after the other, good and bad', () => {
    const named = { $id: 'https://example.com/a.json', type: 'object', required: ['a'] };
    expect(validator(named)({})).toHaveLength(1);
    expect(compileSchema({ ...named, typo: 1 }).ok).toBe(false);
    expect(validator({ ...named, required: ['b'] })({ b: 1 })).toEqual([]);
    expect(validator(named)({ a: 1 })).toEqual([]);
  });

  it('does not take properties named like keywords for keywords', () => {
    const validate = validator({
      properties: { $ref: { type: 'string' }, pattern: { const: '(?=x)' }, uniqueItems: { type: 'boolean' } },
    });
    expect(validate({ $ref: 'https://example.com', pattern: '(?=x)', uniqueItems: true })).toEqual([]);
  });

  it('looks at own members only', () => {
    const validate = validator({ type: 'object', required: ['toString', '__proto__'] });
    expect(validate({})).toHaveLength(2);
    expect(validate(JSON.parse('{"toString":1,"__proto__":2}') as Json)).toEqual([]);
  });

  it('never throws and changes nothing, whatever the body', () => {
    const validate = validator({
      type: 'object',
      required: ['constructor'],
      properties: { toString: { type: 'string' }, a: { type: 'array', items: { type: 'object' } } },
      additionalProperties: { type: ['string', 'object'] },
    });
    const keys = fc.oneof(fc.constantFrom('__proto__', 'toString', 'constructor', 'a'), fc.string());
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.jsonValue())), (members) => {
        const text = `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
        const body = JSON.parse(text) as Json;
        const before = JSON.stringify(body);
        expect(validate(body).length).toBeLessThanOrEqual(10);
        expect(JSON.stringify(body)).toBe(before);
        expect(Reflect.get({}, 'polluted')).toBeUndefined();
      }),
    );
  });
});
