import type { Json } from '../../model/json.js';

/** A non-empty text, or a number as text; whatever else there is counts as absent. */
export function readText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
