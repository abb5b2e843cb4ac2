import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { Origin, Report } from './config-fault.js';
import { childOf, isArray, pointerOf } from './pointer.js';
import { parseQuantity } from './quantity.js';
import { childShape, type BlockShape, type QuantityShape, type Shape } from './shapes.js';

/** Checks of single values that JSON Schema has no word for: bounds of quantities, secrets written out. */
export function checkValues(
  shape: Shape,
  root: Json,
  origins: ReadonlyMap<string, Origin>,
  report: Report,
  warn: Report,
): void {
  const visit = (at: Shape, value: Json, path: readonly string[]): void => {
    const pointer = pointerOf(path);
    if (at.kind === 'quantity') return checkBounds(at, value, pointer, report);
    if (at.kind === 'text' && at.secret === true && typeof value === 'string' && value !== '') {
      if (origins.get(pointer) === 'file') {
        warn(pointer, 'is a secret written into the file; use ${env:NAME} or ${file:/path}');
      }
      return;
    }
    if (at.kind === 'block' && isJsonObject(value)) checkOnlyOne(at, value, pointer, report);
    for (const key of keysOf(value)) {
      const child = childOf(value, key);
      const next = childShape(at, key);
      if (next !== undefined && child !== undefined) visit(next, child, [...path, key]);
    }
  };
  visit(shape, root, []);
}

/** `least` and `most` are part of the schema, but JSON Schema compares numbers only. */
function checkBounds(shape: QuantityShape, written: Json, pointer: string, report: Report): void {
  const { unit, least, most } = shape;
  const value = parseQuantity(unit, written);
  if (value === undefined) return;
  const low = parseQuantity(unit, least) ?? 0;
  const high = parseQuantity(unit, most) ?? Number.POSITIVE_INFINITY;
  if (value < low || value > high) report(pointer, `must be from ${least} to ${most}`);
}

function checkOnlyOne(shape: BlockShape, value: JsonObject, pointer: string, report: Report): void {
  const keys = shape.exactlyOne;
  if (keys === undefined || keys.filter((key) => Object.hasOwn(value, key)).length === 1) return;
  report(pointer, `needs exactly one of ${keys.map((key) => `"${key}"`).join(' and ')}`);
}

function keysOf(value: Json): readonly string[] {
  if (isArray(value)) return value.map((_, i) => String(i));
  return isJsonObject(value) ? Object.keys(value) : [];
}
