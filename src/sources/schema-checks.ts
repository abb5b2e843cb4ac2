import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { patternFault } from './linear-regexp.js';

/** `uniqueItems` compares every pair: 5,000 objects took half a second. */
const MAX_UNIQUE_ITEMS = 256;

/** Keywords whose members are schemas under names of the author's choice. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Keywords whose value is data, not a schema. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required']);

/**
 * What a compiler would let pass and a running bridge must not: references to elsewhere, patterns that can run
 * away, comparisons that grow with the square of the input. One sentence each, with the place in the schema.
 */
export function schemaFaults(schema: Json, pointer = ''): readonly string[] {
  if (Array.isArray(schema)) {
    return schema.flatMap((each: Json, i) => schemaFaults(each, `${pointer}/${i}`));
  }
  if (!isJsonObject(schema)) return [];
  const own = keywordFaults(schema, pointer);
  const inner = Object.entries(schema).flatMap(([key, value]) => {
    if (DATA.has(key)) return [];
    if (!NAMED.has(key) || !isJsonObject(value)) return schemaFaults(value, `${pointer}/${key}`);
    return Object.entries(value).flatMap(([name, each]) => [
      ...(key === 'patternProperties' ? patternFaults(name, `${pointer}/${key}`) : []),
      ...schemaFaults(each, `${pointer}/${key}/${name}`),
    ]);
  });
  return [...own, ...inner];
}

function keywordFaults(schema: JsonObject, pointer: string): string[] {
  const faults: string[] = [];
  for (const key of ['$ref', '$dynamicRef', '$recursiveRef']) {
    const target = schema[key];
    if (typeof target === 'string' && !target.startsWith('#')) {
      faults.push(
        `${pointer}/${key} points outside the schema; only references that begin with # are followed`,
      );
    }
  }
  if (typeof schema['pattern'] === 'string') {
    faults.push(...patternFaults(schema['pattern'], `${pointer}/pattern`));
  }
  const { uniqueItems, maxItems } = schema;
  if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= MAX_UNIQUE_ITEMS)) {
    faults.push(`${pointer}/uniqueItems needs a maxItems of at most ${MAX_UNIQUE_ITEMS} beside it`);
  }
  return faults;
}

function patternFaults(pattern: string, pointer: string): string[] {
  const fault = patternFault(pattern);
  return fault === undefined ? [] : [`${pointer} ${fault}`];
}
