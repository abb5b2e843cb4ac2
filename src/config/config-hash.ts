import { createHash } from 'node:crypto';
import { isJsonObject, type Json } from '../model/json.js';
import { isArray } from './pointer.js';

const DIGITS = 12;

/** Names a configuration: the beginning of the SHA-256 (hex) of its JSON with sorted keys. */
export function configHash(value: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, DIGITS);
}

function sorted(value: Json): Json {
  if (isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}
