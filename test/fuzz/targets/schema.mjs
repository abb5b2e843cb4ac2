import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSchema } from '../../../dist/sources/schema-validator.js';
import { expect, expectNoSecret } from '../finding.mjs';

const SCHEMAS = fileURLToPath(new URL('../../../schemas', import.meta.url));
const CANARY = 'canary-value-77d1';
/** Looked at by each schema: what it says of them must not repeat their values. */
const BODIES = [
  { a: CANARY, b: [CANARY, 1, { c: CANARY }], id: CANARY, severity: CANARY, time: CANARY, url: CANARY },
  [CANARY, 12345678901, null, true, CANARY],
  CANARY,
  { alerts: [{ labels: { x: CANARY } }], result: { severity: CANARY }, event: CANARY, data: { id: CANARY } },
  { ['x'.repeat(300)]: 'a'.repeat(50_000) + '!' },
];

export const target = {
  name: 'schema',
  words: [
    '"pattern":"^(a+)+$"',
    '"pattern":"(?=a)"',
    '"$ref":"#"',
    '"$ref":"#/$defs/a"',
    '"format":"date-time"',
    '"format":"regex"',
    '"not":{}',
    '"if":{"type":"string"}',
    '"items":{"$ref":"#"}',
    '"required":["toString"]',
    '"enum":[1]',
    '"const":1',
    '"type":["string","null"]',
    '"$id":"http://a/b"',
    '"multipleOf":1e-9',
    '"maxLength":3',
    '"additionalProperties":false',
    '"$data":"1/a"',
    '"uniqueItems":true',
    '"$dynamicRef":"#a"',
    '"unevaluatedProperties":false',
  ],
  seeds: () =>
    readdirSync(SCHEMAS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => readFileSync(join(SCHEMAS, entry.name, 'payload.schema.json'))),
  /** Any JSON is a schema or a list of faults; any body is good or has at most ten faults, which say no value. */
  async run(input) {
    let schema;
    try {
      schema = JSON.parse(input.toString('utf8'));
    } catch {
      return;
    }
    const compiled = compileSchema(schema);
    if (!compiled.ok) return expect(compiled.faults.length > 0, 'a fault for a schema that is refused');
    // A schema may hold the canary only if it was put in
    if (input.includes('canary')) return;
    for (const body of BODIES) {
      const faults = compiled.validate(body);
      expect(faults.length <= 10, 'at most ten faults', () => faults.length);
      expectNoSecret([CANARY], faults);
    }
  },
};
