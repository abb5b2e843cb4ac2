import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { isArray } from './pointer.js';
import type { BlockShape, Shape } from './shapes.js';

/** A valid value with every default of its schema, shorthands written out; still in the file's own form. */
export function fillDefaults(shape: Shape, value: Json): Json {
  switch (shape.kind) {
    case 'block':
      return fillBlock(shape, isJsonObject(value) ? value : (shape.shorthand?.means ?? {}));
    case 'named':
      return Object.fromEntries(
        Object.entries(isJsonObject(value) ? value : {}).map(([name, item]) => [
          name,
          fillDefaults(shape.item, item),
        ]),
      );
    case 'list':
      return (isArray(value) ? value : [value]).map((item) => fillDefaults(shape.item, item));
    default:
      return value;
  }
}

function fillBlock(shape: BlockShape, value: JsonObject): JsonObject {
  const filled: Record<string, Json> = {};
  for (const [name, property] of Object.entries(shape.properties)) {
    const written = Object.hasOwn(value, name) ? value[name] : property.default;
    if (written !== undefined) filled[name] = fillDefaults(property.shape, written);
  }
  return filled;
}
