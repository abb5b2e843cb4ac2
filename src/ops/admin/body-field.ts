import { isJsonObject, type Json } from '../../model/json.js';
import { valueText } from '../../model/json-elements.js';

/** One field of a body and the exact text that it must have. */
export interface BodyField {
  readonly keys: readonly string[];
  readonly value: string;
}

/**
 * `result.host=vpn01`: keys with dots between them (`\.` for one that belongs to a key, numbers for elements of an
 * array), then the value to the letter. `undefined` where there is no `=` or no path.
 */
export function parseBodyField(text: string): BodyField | undefined {
  const at = text.indexOf('=');
  if (at < 1) return undefined;
  const keys = text
    .slice(0, at)
    .split(/(?<!\\)\./)
    .map((key) => key.replaceAll('\\.', '.'));
  return { keys, value: text.slice(at + 1) };
}

/** Whether the body has this field with this value: numbers digit for digit, texts without their quotes. */
export function hasField(body: string, { keys, value }: BodyField): boolean {
  try {
    const written = valueText(body, keys);
    const found =
      written === undefined ? walk(JSON.parse(body) as Json, keys) : (JSON.parse(written) as Json);
    if (found === undefined) return false;
    if (typeof found === 'string') return found === value;
    return written === value || JSON.stringify(found) === value;
  } catch {
    // A form or other text that is not JSON has no fields
    return false;
  }
}

function walk(value: Json, keys: readonly string[]): Json | undefined {
  let here: Json | undefined = value;
  for (const key of keys) {
    if (Array.isArray(here))
      here = /^\d{1,9}$/.test(key) ? (here[Number(key)] as Json | undefined) : undefined;
    else here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}
