import { replaceValueText } from '../../model/json-elements.js';
import { isJsonObject, type Json } from '../../model/json.js';

/**
 * JSON text with `value` at a path such as `webhookTimestamp` or `event.token`. Where it can, it changes those
 * characters alone, so that all other digits stay as they are. `text` must be a JSON object.
 */
export function setBodyField(text: string, path: string, value: string | number): string {
  const keys = path.split('.');
  const literal = JSON.stringify(value);
  const key = JSON.stringify(keys[keys.length - 1]);
  const replaced = replaceValueText(text, keys, literal);
  if (replaced !== undefined) return replaced;
  if (keys.length === 1) {
    const rest = text.slice(text.indexOf('{') + 1);
    return `{${key}:${literal}${/^\s*\}/.test(rest) ? '' : ','}${rest}`;
  }
  return JSON.stringify(withField(JSON.parse(text) as Json, keys, value));
}

function withField(at: Json | undefined, [key, ...rest]: readonly string[], value: string | number): Json {
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    return (at as readonly Json[]).map((item, index) =>
      String(index) === key ? withField(item, rest, value) : item,
    );
  }
  const object = isJsonObject(at) ? at : {};
  return { ...object, [key]: withField(object[key], rest, value) };
}
