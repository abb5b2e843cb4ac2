import { isJsonObject, type Json, type JsonObject } from './json.js';

/** The JSON value of a text, or `undefined` when it is none. Never throws. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The JSON object of a text, or `undefined` when it is anything else. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isJsonObject(value) ? value : undefined;
}
