import { readFileSync } from 'node:fs';
import { isJsonObject } from '../model/json.js';

/** The version in `package.json`, which stands two folders above the built file. */
export function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = isJsonObject(parsed) ? parsed['version'] : undefined;
  return typeof version === 'string' ? version : '0.0.0';
}
