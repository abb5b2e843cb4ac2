import { isJsonObject, type Json, type JsonObject } from '../model/json.js';

/** Keys that are harmless to show; others may be anything, such as the contents of a wrong file. */
const SHOWABLE = /^[\w.-]{1,60}$/;

/** JSON pointer (RFC 6901) of a path. */
export function pointerOf(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function isShowable(key: string): boolean {
  return SHOWABLE.test(key);
}

/** Up to the first key that had better not be shown. */
export function showablePath(path: readonly string[]): readonly string[] {
  const end = path.findIndex((key) => !isShowable(key));
  return end < 0 ? path : path.slice(0, end);
}

/** The value at the end of `path`, or `undefined`. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value;
  for (const key of path) at = childOf(at, key);
  return at;
}

export function childOf(value: Json | undefined, key: string): Json | undefined {
  if (isArray(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A copy of `root` with `value` at the end of `path`; what is missing on the way becomes an object or a list. */
export function withValue(root: Json | undefined, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const child = withValue(childOf(root, key), rest, value);
  if (isArray(root) || (root === undefined && key === '0')) {
    const copy = [...(root ?? [])];
    copy[Number(key)] = child;
    return copy;
  }
  return { ...(isJsonObject(root) ? root : {}), [key]: child };
}

/** Every value that is no object and no list, with its path. */
export function* scalarsOf(value: Json, path: readonly string[] = []): Generator<[readonly string[], Json]> {
  if (isArray(value)) for (const [i, item] of value.entries()) yield* scalarsOf(item, [...path, String(i)]);
  else if (isJsonObject(value))
    for (const [key, child] of Object.entries(value)) yield* scalarsOf(child, [...path, key]);
  else yield [path, value];
}

/** `Array.isArray` that knows lists which cannot be changed. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** As `value.map`, for objects. */
export function mapObject(value: JsonObject, change: (child: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child, key)]));
}
