import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { inferSchema } from '../../../src/sources/infer-schema.js';
import { loadExamples } from '../../../src/sources/load-examples.js';
import { presetNames } from '../../../src/sources/load-presets.js';
import { compileSchema, type Validate } from '../../../src/sources/schema-validator.js';

function validator(schema: Json): Validate {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(compiled.faults.join('; '));
  return compiled.validate;
}

function withoutHead(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'));
}

describe('inferSchema', () => {
  const table: readonly (readonly [string, readonly Json[], JsonObject])[] = [
    ['a word', ['a'], { type: 'string' }],
    ['a number that is not always whole', [1, 2.5], { type: 'number' }],
    ['two types', [1, 'a'], { type: ['integer', 'string'] }],
    ['null beside a type', [null, 'a'], { type: ['null', 'string'] }],
    ['null alone, which says nothing', [null], {}],
    ['an empty list', [[]], { type: 'array' }],
    ['a list of nulls', [[null, null]], { type: 'array' }],
    [
      'elements of all lists together',
      [[1], [null], []],
      { type: 'array', items: { type: ['integer', 'null'] } },
    ],
    [
      'one object, of which nothing is required',
      [{ a: 1 }],
      { type: 'object', properties: { a: { type: 'integer' } } },
    ],
    [
      'what every object had',
      [{ b: 1, a: 'x' }, { a: null }],
      {
        type: 'object',
        required: ['a'],
        properties: { a: { type: ['null', 'string'] }, b: { type: 'integer' } },
      },
    ],
    [
      'objects and lists in one place',
      [{ a: 1 }, [true], { a: 2 }],
      {
        type: ['array', 'object'],
        required: ['a'],
        properties: { a: { type: 'integer' } },
        items: { type: 'boolean' },
      },
    ],
  ];

  it.each(table)('sees %s', (_, samples, expected) => {
    expect(withoutHead(inferSchema(samples))).toEqual(expected);
    expect(withoutHead(inferSchema(samples.toReversed()))).toEqual(expected);
  });

  it('has a title and a dialect', () => {
    expect(inferSchema([1], { title: 'Numbers' })).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Numbers',
      type: 'integer',
    });
  });

  it('requires as early as it is told to', () => {
    expect(inferSchema([{ a: 1 }], { requiredFrom: 1 })['required']).toEqual(['a']);
    expect(inferSchema([{ a: 1 }, { a: 2 }], { requiredFrom: 3 })['required']).toBeUndefined();
  });

  it('counts objects inside lists one by one', () => {
    const { properties } = inferSchema([{ alerts: [{ id: 1, x: 1 }, { id: 2 }] }]);
    expect(properties).toEqual({
      alerts: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id'],
          properties: { id: { type: 'integer' }, x: { type: 'integer' } },
        },
      },
    });
  });

  it('takes an object whose names are data for a map', () => {
    const hosts = ['a', 'b', 'c'].map((zone) => ({
      [`${zone}1.example.net`]: 1,
      [`${zone}2.example.net`]: 2,
      [`${zone}3.example.net`]: null,
    }));
    expect(withoutHead(inferSchema(hosts))).toEqual({
      type: 'object',
      additionalProperties: { type: ['integer', 'null'] },
    });
  });

  it('refuses a body without what was always there, and one of another type, but not one with more', () => {
    const validate = validator(
      inferSchema([
        { id: 1, note: null },
        { id: 2, note: 'a', more: true },
      ]),
    );
    expect(validate({ id: 3, note: null, added: { later: [1] } })).toEqual([]);
    expect(validate({ note: 'a' })).toMatchObject([{ pointer: '', keyword: 'required' }]);
    expect(validate({ id: 'three', note: 'a' })).toMatchObject([{ pointer: '/id', keyword: 'type' }]);
  });

  it('holds no value of a sample', () => {
    const samples = [{ password: 'hunter2', list: ['hunter3'], n: 4711 }];
    expect(JSON.stringify(inferSchema(samples))).not.toMatch(/hunter|4711/);
  });

  it('stays of a size that somebody reads, and still takes its samples', () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`member${i}`, i]));
    const schema = inferSchema([wide]);
    expect(Object.keys(schema['properties'] ?? {})).toHaveLength(500);
    expect(schema['required']).toBeUndefined();
    expect(validator(schema)(wide)).toEqual([]);
    let deep: Json = 1;
    for (let i = 0; i < 60; i += 1) deep = i % 2 === 0 ? [deep] : { a: deep };
    expect(validator(inferSchema([deep, deep]))(deep)).toEqual([]);
  });

  it('wants a sample', () => {
    expect(() => inferSchema([])).toThrow(RangeError);
  });

  it('takes every sample it was made from, whatever they are', () => {
    const key = fc.constantFrom('id', 'name', '__proto__', 'toString', 'constructor', 'a/b~c', '', 'ü');
    const { json } = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string(),
        fc.array(tie('json'), { maxLength: 4 }),
        fc
          .uniqueArray(fc.tuple(key, tie('json')), { selector: ([name]) => name, maxLength: 5 })
          .map((members): Json => Object.fromEntries(members)),
      ),
    }));
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 6 }), (samples) => {
        const validate = validator(inferSchema(samples));
        for (const sample of samples) expect(validate(sample)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each(presetNames('schemas'))('takes the examples of %s', (name) => {
    const bodies = loadExamples(`schemas/${name}`).flatMap(({ headers, body }): Json[] =>
      headers['content-type']?.includes('json') === true && body !== '' ? [JSON.parse(body) as Json] : [],
    );
    if (bodies.length === 0) return;
    const validate = validator(inferSchema(bodies));
    for (const body of bodies) expect(validate(body)).toEqual([]);
  });
});
