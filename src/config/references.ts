import { isJsonObject, type Json } from '../model/json.js';
import type { Origin, Report } from './config-fault.js';
import { coerceText } from './coerce-text.js';
import { isArray, mapObject, pointerOf } from './pointer.js';
import type { SecretFiles } from './secret-files.js';
import { childShape, isSecret, type Shape } from './shapes.js';

const REFERENCE = /(\$?)\$\{(env|file):([^{}]*)\}/g;
/** What only looks like a reference; left alone in expressions, where `$` is a language of its own. */
const LOOKALIKE = /^\$\{[A-Za-z_]\w*(:[^{}]*)?\}$/;

export interface ReferenceDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: SecretFiles;
  readonly report: Report;
  /** Places that something stronger has filled: a reference there is not looked at. */
  readonly overridden: (pointer: string) => boolean;
  readonly origins: Map<string, Origin>;
}

/**
 * Puts the values of `${env:NAME}` and `${file:/path}` in their places, also inside longer text, and reads them as
 * what the schema wants there (a port from text). `$${env:NAME}` stays as `${env:NAME}`. What cannot be had is
 * reported and stays as it is.
 */
export function resolveReferences(shape: Shape, value: Json, deps: ReferenceDeps): Json {
  const visit = (at: Shape | undefined, item: Json, path: readonly string[]): Json => {
    if (at === undefined) return item;
    if (isArray(item))
      return item.map((child, i) => visit(childShape(at, String(i)), child, [...path, String(i)]));
    if (isJsonObject(item))
      return mapObject(item, (child, key) => visit(childShape(at, key), child, [...path, key]));
    return typeof item === 'string' ? resolveText(at, item, pointerOf(path), deps) : item;
  };
  return visit(shape, value, []);
}

function resolveText(shape: Shape, text: string, pointer: string, deps: ReferenceDeps): Json {
  if (!text.includes('${') || deps.overridden(pointer)) return text;
  const expression = shape.kind === 'tree' || (shape.kind === 'text' && shape.expression === true);
  let origin: Origin | undefined;
  let broken = false;
  const resolved = text.replaceAll(REFERENCE, (whole, escape: string, kind: string, name: string) => {
    if (escape === '$') return whole.slice(1);
    const value =
      kind === 'env' ? fromEnvironment(name, pointer, deps) : deps.files.read(name, pointer, isSecret(shape));
    if (kind === 'file') origin = 'secret-file';
    origin ??= 'env';
    broken ||= value === undefined;
    return value ?? whole;
  });
  const rest = text.replaceAll(REFERENCE, '');
  if (/\$\{(env|file):/.test(rest) || (!expression && LOOKALIKE.test(rest))) {
    deps.report(pointer, 'has a reference that is not complete; there are ${env:NAME} and ${file:/path}');
    return text;
  }
  if (broken) return text;
  if (origin === undefined) return resolved;
  deps.origins.set(pointer, origin);
  return coerceText(shape, resolved);
}

function fromEnvironment(name: string, pointer: string, deps: ReferenceDeps): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    deps.report(pointer, 'has a reference to a variable that can have no such name');
    return undefined;
  }
  const value = Object.hasOwn(deps.env, name) ? deps.env[name] : undefined;
  if (value === undefined) deps.report(pointer, `needs the environment variable ${name}, which is not set`);
  return value;
}
