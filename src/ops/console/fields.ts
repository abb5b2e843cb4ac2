import { isJsonObject } from '../../model/json.js';

/** Reads one value out of an answer of the API by its path, e.g. `at(answer, 'items', 0, 'id')`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? (here as unknown[])[step] : undefined;
    else here = isJsonObject(here) ? here[step] : undefined;
  }
  return here;
}

/** Text or a number as text; `undefined` for anything else, `null` and the empty text included. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  if (typeof found === 'string') return found === '' ? undefined : found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** The fields of an object, in its order; none for anything else. */
export function entriesAt(
  value: unknown,
  ...path: readonly (string | number)[]
): readonly (readonly [string, unknown])[] {
  const found = at(value, ...path);
  return isJsonObject(found) ? Object.entries(found) : [];
}

/** Unix milliseconds of an RFC 3339 time. */
export function timeAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return found;
  const ms = typeof found === 'string' ? Date.parse(found) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
