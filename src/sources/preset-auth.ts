import { isJsonObject, type JsonObject } from '../model/json.js';
import type { WrittenAuth } from '../model/auth-settings.js';
import { durationMs } from './units.js';

/** The `auth` block of a preset, which its schema has checked, in the spelling of the settings. */
export function presetAuth(written: JsonObject): WrittenAuth {
  return camelKeys(written);
}

function camelKeys(written: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (key === 'tolerance' && typeof value === 'string') return [name, durationMs(value)];
      return [name, isJsonObject(value) ? camelKeys(value) : value];
    }),
  );
}
