import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { Origin } from './config-fault.js';
import { isArray, mapObject, pointerOf, scalarsOf } from './pointer.js';
import { childShape, isSecret, type Shape } from './shapes.js';

const HIDDEN = '***';

/** The effective configuration as people may see it: in the file's own form, with every default, without secrets. */
export interface RedactedConfig {
  readonly config: JsonObject;
  /** The origin of each scalar of `config`, by JSON pointer. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** For the operations API and `check`. */
export function redactConfig(loaded: {
  readonly effective: JsonObject;
  readonly origins: ReadonlyMap<string, Origin>;
}): RedactedConfig {
  return { config: loaded.effective, origins: Object.fromEntries(loaded.origins) };
}

/**
 * Hides secrets: what the schema calls one, passwords inside addresses, any text that came from a file of its own,
 * and an expression into which something was put from outside.
 */
export function redactValue(shape: Shape, value: Json, origins: ReadonlyMap<string, Origin>): Json {
  const visit = (at: Shape | undefined, item: Json, path: readonly string[]): Json => {
    if (isArray(item)) {
      return item.map((child, i) => visit(at && childShape(at, String(i)), child, [...path, String(i)]));
    }
    if (isJsonObject(item)) {
      return mapObject(item, (child, key) => visit(at && childShape(at, key), child, [...path, key]));
    }
    if (typeof item !== 'string') return item;
    if (at === undefined || isSecret(at)) return HIDDEN;
    const origin = originOf(origins, path);
    const expression = at.kind === 'tree' || (at.kind === 'text' && at.expression === true);
    if (origin === 'secret-file' && (expression || at.kind === 'text')) return HIDDEN;
    return expression && origin === 'env' ? HIDDEN : withoutPassword(item);
  };
  return visit(shape, value, []);
}

/** The origin of every scalar of the effective configuration; what nobody wrote is a default. */
export function effectiveOrigins(
  effective: Json,
  written: ReadonlyMap<string, Origin>,
): ReadonlyMap<string, Origin> {
  return new Map([...scalarsOf(effective)].map(([path]) => [pointerOf(path), originOf(written, path)]));
}

/** A shorthand (`auth: none`) is written one level above what it becomes. */
function originOf(origins: ReadonlyMap<string, Origin>, path: readonly string[]): Origin {
  return origins.get(pointerOf(path)) ?? origins.get(pointerOf(path.slice(0, -1))) ?? 'default';
}

/** `redis://user:password@host` without the password. By text, so that an address that is none is covered too. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#:]*):.*@/is, `$1:${HIDDEN}@`);
}
