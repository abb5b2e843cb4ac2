import type { JsonObject } from '../model/json.js';
import { QUANTITIES } from './quantity.js';
import type { BlockShape, Property, Shape, TextShape } from './shapes.js';

/** For whom a schema is made: `values` has every reference resolved, `file` is what a person writes. */
export type SchemaFor = 'values' | 'file';

const REFERENCE = '\\$\\{(env|file):[^{}]+\\}';
const TREE = {
  type: ['string', 'object'],
  minLength: 1,
  minProperties: 1,
  additionalProperties: { $ref: '#/$defs/tree' },
};

/** JSON Schema (draft 2020-12) of a shape. */
export function toJsonSchema(shape: Shape, use: SchemaFor): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: shape.description,
    ...schemaOf(shape, use),
    $defs: { tree: TREE },
  };
}

function schemaOf(shape: Shape, use: SchemaFor): JsonObject {
  const { description } = shape;
  switch (shape.kind) {
    case 'text':
      return { description, ...referable(textSchema(shape), use) };
    case 'integer':
      return {
        description,
        ...referable({ type: 'integer', minimum: shape.minimum, maximum: shape.maximum }, use),
      };
    case 'flag':
      return { description, ...referable({ type: 'boolean' }, use) };
    case 'quantity': {
      const { pattern, says } = QUANTITIES[shape.unit];
      const text = { type: 'string', pattern };
      const schema = shape.unit === 'size' ? { ...text, type: ['string', 'integer'], minimum: 0 } : text;
      return { description: `${description} As ${says}.`, ...referable(schema, use) };
    }
    case 'list': {
      const schema = {
        type: shape.alsoSingle ? ['string', 'array'] : 'array',
        ...(shape.alsoSingle ? { minLength: 1 } : {}),
        ...(shape.minItems > 0 ? { minItems: shape.minItems } : {}),
        items: schemaOf(shape.item, use),
      };
      return { description, ...schema };
    }
    case 'named':
      return {
        description,
        type: 'object',
        patternProperties: { [shape.namePattern]: schemaOf(shape.item, use) },
        additionalProperties: false,
      };
    case 'block':
      return { description, ...blockSchema(shape, use) };
    default:
      return { description, $ref: '#/$defs/tree' };
  }
}

function textSchema(shape: TextShape): JsonObject {
  if (shape.values !== undefined) return { type: 'string', enum: shape.values };
  return {
    type: 'string',
    minLength: 1,
    ...(shape.maxLength === undefined ? {} : { maxLength: shape.maxLength }),
    ...(shape.pattern === undefined ? {} : { pattern: shape.pattern }),
  };
}

/** In the file a reference may stand for any scalar; what it resolves to is checked when the file is read. */
function referable(schema: JsonObject, use: SchemaFor): JsonObject {
  const anyText = Object.keys(schema).every((key) => key === 'type' || key === 'minLength');
  if (use === 'values' || (schema['type'] === 'string' && anyText)) return schema;
  return { anyOf: [schema, { type: 'string', pattern: REFERENCE }] };
}

function blockSchema(shape: BlockShape, use: SchemaFor): JsonObject {
  const entries = Object.entries(shape.properties);
  const required = entries.filter(([, property]) => property.required).map(([name]) => name);
  const { shorthand, exactlyOne } = shape;
  return {
    type: shorthand === undefined ? 'object' : ['string', 'object'],
    ...(shorthand === undefined ? {} : { pattern: `^${shorthand.word}$` }),
    properties: Object.fromEntries(
      entries.map(([name, property]) => [name, { ...schemaOf(property.shape, use), ...defaultOf(property) }]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
    // Said once, in a better sentence, by the code when the file is read
    ...(use === 'file' && exactlyOne !== undefined ? onlyOne(exactlyOne, shorthand !== undefined) : {}),
  };
}

function defaultOf(property: Property): JsonObject {
  const value = property.default ?? property.otherwise;
  return value === undefined ? {} : { default: value };
}

function onlyOne(keys: readonly string[], orText: boolean): JsonObject {
  const each = keys.map((key) => ({ type: 'object', required: [key] }));
  return { oneOf: orText ? [{ type: 'string' }, ...each] : each };
}
