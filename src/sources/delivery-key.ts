import { createHash } from 'node:crypto';
import type { Json } from '../model/json.js';
import type { BodyPart, Source } from '../model/source.js';
import { pathKeys, valueAt } from './json-path.js';
import type { KeySettings } from './preset.js';

const MAX_LENGTH = 300;

type KeyReader = (request: Parameters<Source['deliveryKey']>[0], part: BodyPart) => string | undefined;

/**
 * What makes two requests the same event: the first of the alternatives that the request has, else a hash of the
 * body. In a batch a header says nothing of the single element, so the element's hash is added to it.
 */
export function compileDeliveryKey(keys: readonly KeySettings[], splits: boolean): Source['deliveryKey'] {
  const readers = keys.map((key) => keyReader(key, splits));
  return (request, part) => {
    for (const read of readers) {
      const key = read(request, part);
      if (key !== undefined) return key.length > MAX_LENGTH ? `long:${sha256(key)}` : key;
    }
    return `sha256:${sha256(part.text)}`;
  };
}

function keyReader(key: KeySettings, splits: boolean): KeyReader {
  if (key.from === 'header') return headerKey(key.name, splits);
  if (key.from === 'body') return bodyKey(key.paths);
  return (request, part) => `request:${request.id}${splits ? `|${sha256(part.text).slice(0, 32)}` : ''}`;
}

function headerKey(name: string, splits: boolean): KeyReader {
  const header = name.toLowerCase();
  return (request, part) => {
    const value = request.headers[header]?.trim();
    if (value === undefined || value === '') return undefined;
    const key = `header:${escape(value)}`;
    return splits ? `${key}|${sha256(part.text).slice(0, 32)}` : key;
  };
}

/** Every path must lead to something, but for those that end in `?`. */
function bodyKey(paths: readonly string[]): KeyReader {
  const wanted = paths.map((path) => ({
    keys: pathKeys(path.replace(/\?$/, '')),
    optional: path.endsWith('?'),
  }));
  return (_, part) => {
    const values: string[] = [];
    let found = false;
    for (const { keys, optional } of wanted) {
      const value = valueAt(part.exact, keys) ?? null;
      if (value === null || value === '') {
        if (!optional) return undefined;
        values.push('');
        continue;
      }
      found = true;
      values.push(typeof value === 'object' ? sha256(stableText(value)).slice(0, 32) : escape(String(value)));
    }
    return found ? `body:${values.join('|')}` : undefined;
  };
}

/** Two lists of values must not come out as the same key, nor a control character stand in one. */
function escape(value: string): string {
  return value.replace(/[%|\p{Cc}]/gu, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** JSON with the members of every object in one order: a sender may write its maps in any. */
function stableText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${stableText(inner)}`);
  return `{${members.join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
