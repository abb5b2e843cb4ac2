import { replaceValueText, valueText } from '../model/json-elements.js';
import { inspectJson } from '../model/json-text.js';
import type { Source } from '../model/source.js';

/** As the door has it. */
const MAX_DEPTH = 64;
const MASK = '"[redacted]"';

/**
 * A sender that can send no header of its own may write its secret into the body. It has done its work once the
 * request is let in: what is stored, shown and sent on has a mask in its place. Every other character stays.
 */
export function withoutBodySecret(extract: Source['extract'], paths: readonly string[]): Source['extract'] {
  if (paths.length === 0) return extract;
  const places = paths.map((path) => path.split('.'));
  return (request) => {
    const text = extract(request);
    if (!mayHold(text, places) || !inspectJson(text, MAX_DEPTH).ok) return text;
    return places.reduce((masked, path) => {
      const found = valueText(masked, path);
      return found?.startsWith('"') === true ? (replaceValueText(masked, path, MASK) ?? masked) : masked;
    }, text);
  };
}

/** Spares most bodies the second look. A name may also be written with escapes. */
function mayHold(text: string, places: readonly (readonly string[])[]): boolean {
  return text.includes('\\u') || places.some((path) => text.includes(`"${path[path.length - 1] ?? ''}"`));
}
