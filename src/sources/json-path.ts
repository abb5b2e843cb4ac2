import type { Json } from '../model/json.js';

/**
 * Keys of a path such as `issue.id`, `alerts.0.fingerprint` or `labels.app\.kubernetes\.io/name` (a backslash
 * before a dot that belongs to the key).
 */
export function pathKeys(path: string): readonly string[] {
  return path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
}

/** The value at a path, own members only: `toString` and `__proto__` are keys like any other. */
export function valueAt(value: Json, keys: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key) as Json;
  }
  return at;
}
