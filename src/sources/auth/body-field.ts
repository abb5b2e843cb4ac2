import { isJsonObject, type Json } from '../../model/json.js';
import { inspectJson } from '../../model/json-text.js';

/** As deep as the pipeline itself goes. */
const MAX_DEPTH = 64;

/** A body as JSON, or `undefined` where it is none, too deep or has a key twice. Nothing in it is believed yet. */
export function readJson(body: Buffer): Json | undefined {
  const looked = inspectJson(body.toString('utf8'), MAX_DEPTH);
  return looked.ok ? looked.value : undefined;
}

/** The value at a path such as `event.token` or `items.0.id`; own keys only. */
export function fieldAt(value: Json | undefined, path: string): Json | undefined {
  let at = value;
  for (const key of path.split('.')) {
    if (Array.isArray(at)) at = /^\d{1,6}$/.test(key) ? (at as readonly Json[])[Number(key)] : undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}
