import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { childOf, isArray } from './pointer.js';

/**
 * Reading what may not fit the schema: a value of the wrong kind counts as not there, because the schema has
 * reported it already and the other checks go on.
 */
export function blockAt(value: Json | undefined, key?: string): JsonObject {
  const found = key === undefined ? value : childOf(value, key);
  return isJsonObject(found) ? found : {};
}

export function textAt(value: Json | undefined, key: string): string | undefined {
  const found = childOf(value, key);
  return typeof found === 'string' ? found : undefined;
}

export function listAt(value: Json | undefined, key: string): readonly Json[] {
  const found = childOf(value, key);
  return isArray(found) ? found : [];
}

/** The texts of a list, each with its index. */
export function textsAt(value: Json | undefined, key: string): readonly (readonly [number, string])[] {
  return listAt(value, key).flatMap((item, i) => (typeof item === 'string' ? [[i, item] as const] : []));
}
