import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MappingError } from '../../../dist/model/source.js';
import { compileMapping } from '../../../dist/sources/compile-mapping.js';
import { createEvaluation } from '../../../dist/sources/evaluation.js';
import { loadPresets } from '../../../dist/sources/load-presets.js';
import { expect } from '../finding.mjs';

const SCHEMAS = fileURLToPath(new URL('../../../schemas', import.meta.url));
const presets = loadPresets(SCHEMAS);
if (!presets.ok) throw new Error('the presets that ship cannot be loaded');
const evaluation = createEvaluation(presets.library.get('generic'));
const BODY = JSON.stringify({
  id: 'large',
  search_name: 'x',
  severity: 'high',
  result: { severity: '4', host: 'h', list: [1, 2, { a: 'b' }] },
  alerts: [{ labels: { severity: 'critical' }, status: 'firing' }],
  constructor: 1,
}).replace('"large"', '9007199254740993');

export const target = {
  name: 'mapping',
  words: [
    '$number(',
    '$string(',
    '$map(',
    '$reduce(',
    '$sort(',
    '$each(',
    '$merge(',
    '$spread(',
    '$lookup($, "__proto__")',
    '$eval("1")',
    '$pad("a", 1e9)',
    '[1..1e7]',
    'function($x){$x($x)}',
    '$f := ',
    '$match(',
    '/(a+)+$/',
    '$replace(',
    '~>',
    '^(',
    '{',
    '}',
    '$$',
    '$.*',
    '**',
    '%',
    '@$i',
    '#$i',
    ' ? ',
    ' : ',
    '$alert',
    '$severity(',
    '$raw',
    '$headers',
    '$formatNumber(1e400, "#")',
    '$toMillis("',
    '$fromMillis(',
    '$clone(',
    '| $ | {"a":1} |',
    '$constructor',
    '.constructor',
    '."__proto__"',
    '`__proto__`',
  ],
  seeds: () => [
    ...readdirSync(SCHEMAS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => readFileSync(join(SCHEMAS, entry.name, 'mapping.jsonata'))),
    ...[
      'search_name',
      '$number(result.severity) >= 4',
      '{"title": search_name, "host": result.host}',
      '$merge([$alert, {"a": 1}])',
    ].map((text) => Buffer.from(text)),
  ],
  /** Any text is an expression or a list of faults; what it yields for a body is a JSON object, or a `MappingError`. */
  async run(input) {
    const compiled = evaluation.compile(input.toString('utf8'));
    if (Array.isArray(compiled)) {
      expect(
        compiled.length > 0 && compiled.every(({ message }) => message !== ''),
        'a fault says something',
      );
      return;
    }
    const map = compileMapping(input.toString('utf8'), undefined, evaluation);
    if (Array.isArray(map)) return;
    try {
      const { text } = await map({ body: BODY, headers: {}, source: 's', eventId: 'evt_1', receivedAt: 1 });
      if (text !== BODY) expect(isObject(JSON.parse(text)), 'a mapping yields a JSON object', () => text);
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      expect(error.message.length < 1_000, 'a bounded message', () => error.message.length);
    }
  },
};

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
