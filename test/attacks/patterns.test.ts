import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.js';
import { isJsonObject } from '../../src/model/json.js';
import { loadPresets } from '../../src/sources/load-presets.js';
import { compileSchema } from '../../src/sources/schema-validator.js';
import { startTestListener } from '../support/public-listener.js';
import { requestText } from '../support/raw-http.js';
import { JSON_TYPE } from './requests.js';
import { compileYaml, sourcesFromYaml } from './sources-from-yaml.js';

const LENGTH = 50_000;
/** The beginnings and repetitions that make backtracking expressions run away, each with an end that fits nothing. */
const EVIL = [
  'a',
  'ab',
  '1',
  '1.',
  '0:',
  '%20',
  'a.',
  'a@',
  '@',
  '/',
  '-',
  ':',
  'A0',
  '2026-',
  ' ',
  '\t',
  '\\',
  '.',
].flatMap((piece) => [
  `${piece.repeat(LENGTH / piece.length)}!`,
  `https://${piece.repeat(LENGTH / piece.length)}\n`,
]);

/** Every `pattern`, and every name of a format, in a schema. */
function keywordsOf(schema: Json, keyword: 'pattern' | 'format'): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((each: Json) => keywordsOf(each, keyword));
  if (!isJsonObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === keyword && typeof value === 'string' ? [value] : keywordsOf(value, keyword),
  );
}

/** The quickest of five: what else runs on the machine is not the pattern's fault. */
function quickest(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return Math.min(...times);
}

function slowest(schema: Json): number {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(compiled.faults.join());
  return Math.max(...EVIL.map((text) => quickest(() => compiled.validate(text))));
}

const presets = loadPresets('schemas');
const schemas = presets.ok
  ? presets.library.names.map((name) => presets.library.get(name)?.schema ?? {})
  : [];

describe('patterns and formats', () => {
  it('J-20: of the schemas that ship take a string of 50 kB in less than 50 ms', () => {
    const patterns = [...new Set(schemas.flatMap((schema) => keywordsOf(schema, 'pattern')))];
    expect(schemas.length).toBeGreaterThan(20);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(slowest({ type: 'string', pattern }), pattern).toBeLessThan(50);
  });

  it.each([
    'email',
    'uri',
    'uri-reference',
    'date-time',
    'date',
    'time',
    'hostname',
    'ipv4',
    'ipv6',
    'uuid',
    'regex',
    'duration',
    'json-pointer',
  ])('J-20: the format %s takes a string of 50 kB in less than 50 ms', (format) =>
    expect(slowest({ type: 'string', format })).toBeLessThan(50),
  );

  it.each(['^(a|a)*$', '^(a+)+$', '([a-z]+)*!', '^(.*a){20}$', '(x+x+)+y'])(
    'J-20: the pattern %s of an own schema cannot run away',
    (pattern) => expect(slowest({ type: 'string', pattern })).toBeLessThan(50),
  );

  it('J-20: a pattern that only a backtracking engine can run is a fault of the configuration', () => {
    const files = { 's.json': '{"properties":{"a":{"type":"string","pattern":"^(?=(a+))\\\\1b"}}}' };
    const { faults } = compileYaml(
      '  own: { preset: generic, schema: s.json, auth: { secrets: [a-long-secret] } }',
      { files },
    );
    expect(faults).toContain('/properties/a/pattern is not a regular expression of linear run time');
  });
});

describe('a body against an own schema', () => {
  const files = {
    's.json': JSON.stringify({
      type: 'object',
      required: ['id', 'level', 'at'],
      additionalProperties: false,
      properties: {
        id: { type: 'string' },
        level: { enum: ['low', 'high'] },
        at: { type: 'string', format: 'date-time' },
        n: { type: 'integer' },
        on: { type: 'string', format: 'date' },
      },
    }),
  };
  const yaml =
    '  own: { preset: generic, schema: s.json, auth: { secrets: [a-long-secret] }, map: raw, routes: [{ workflow: w }] }';
  const good = { id: '1', level: 'low', at: '2026-01-01T00:00:00Z' };

  it.each([
    ['an additional member', { ...good, more: 1 }],
    ['"1" for 1', { ...good, n: '1' }],
    ['1.5 for a whole number', { ...good, n: 1.5 }],
    ['true for text', { ...good, id: true }],
    ['a word that is not on the list', { ...good, level: 'HIGH' }],
    ['the 30th of February', { ...good, on: '2026-02-30' }],
    ['the 30th of February and a time', { ...good, at: '2026-02-30T00:00:00Z' }],
    ['the year 275760', { ...good, at: '275760-09-13T00:00:00Z' }],
    ['nothing that is required', { n: 1 }],
    ['null for text', { ...good, id: null }],
  ])('J-24: %s is refused, nothing is made to fit, and no value is echoed', async (_title, body) => {
    const on = await startTestListener(sourcesFromYaml(yaml, { files }));
    const post = async (given: object) =>
      (
        await on.raw(
          requestText('/hooks/own', JSON.stringify(given), [
            JSON_TYPE,
            'Authorization: Bearer a-long-secret',
          ]),
        )
      ).answers[0];
    const answer = await post({
      ...body,
      ...('id' in body && typeof body.id === 'string' ? { id: 'hunter2' } : {}),
    });
    expect(answer?.status).toBe(422);
    expect(answer?.body).toContain('"code":"schema_mismatch"');
    expect(answer?.body).not.toContain('hunter2');
    expect(on.store.arrivals).toEqual([]);
    expect(on.store.quarantined).toHaveLength(1);
    expect((await post(good))?.status).toBe(202);
    await on.listener.close();
  });
});
