import { isJsonObject, type Json } from '../model/json.js';
import type { Field, ValueOf } from './fields.js';
import { isArray } from './pointer.js';
import { parseQuantity } from './quantity.js';
import { propertyOf, type Shape } from './shapes.js';

/**
 * A valid, complete value as the program uses it: camel case, milliseconds, bytes, calls per second. The type
 * follows from the schema; that the value fits it was checked before.
 */
export function convert<F extends Field<unknown>>(field: F, value: Json): ValueOf<F> {
  return convertValue(field.shape, value) as ValueOf<F>;
}

function convertValue(shape: Shape, value: Json): unknown {
  if (shape.kind === 'quantity') return parseQuantity(shape.unit, value);
  if (isArray(value)) {
    return shape.kind === 'list' ? value.map((item) => convertValue(shape.item, item)) : value;
  }
  if (!isJsonObject(value)) return value;
  if (shape.kind === 'named') {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, convertValue(shape.item, item)]),
    );
  }
  if (shape.kind !== 'block') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const property = propertyOf(shape, name);
      return property === undefined ? [] : [[camel(name), convertValue(property.shape, item)]];
    }),
  );
}

function camel(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
