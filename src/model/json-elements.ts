/**
 * The source text of each element of the array that stands at `path` (object keys from the top; none: the text
 * itself is the array). `undefined` where there is no array. The text must be well-formed JSON without duplicate keys.
 */
export function elementTexts(text: string, path: readonly string[]): string[] | undefined {
  let at = placeOf(text, path);
  if (at === undefined || text[at] !== '[') return undefined;
  const elements: string[] = [];
  at = skipSpace(text, at + 1);
  while (text[at] !== ']') {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return elements;
}

/** The source text of the value that stands at `path`, or `undefined`. */
export function valueText(text: string, path: readonly string[]): string | undefined {
  const at = placeOf(text, path);
  return at === undefined ? undefined : text.slice(at, endOfValue(text, at));
}

/** The text with another value at `path`, every other character as it was; `undefined` where nothing stands there. */
export function replaceValueText(text: string, path: readonly string[], literal: string): string | undefined {
  const at = placeOf(text, path);
  return at === undefined ? undefined : text.slice(0, at) + literal + text.slice(endOfValue(text, at));
}

/** Where the value at `path` starts; `0`, `1` … in an array. */
function placeOf(text: string, path: readonly string[]): number | undefined {
  let at = skipSpace(text, 0);
  for (const key of path) {
    const found = valueOf(text, at, key);
    if (found === undefined) return undefined;
    at = found;
  }
  return at;
}

/** Where the value of `key` starts in the object or array that starts at `at`. */
function valueOf(text: string, at: number, key: string): number | undefined {
  if (text[at] === '[') return /^\d{1,6}$/.test(key) ? elementOf(text, at, Number(key)) : undefined;
  if (text[at] !== '{') return undefined;
  let i = skipSpace(text, at + 1);
  while (text[i] !== '}') {
    const keyEnd = endOfValue(text, i);
    const name: unknown = JSON.parse(text.slice(i, keyEnd));
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (name === key) return value;
    i = skipSpace(text, endOfValue(text, value));
    if (text[i] === ',') i = skipSpace(text, i + 1);
  }
  return undefined;
}

function elementOf(text: string, at: number, index: number): number | undefined {
  let i = skipSpace(text, at + 1);
  for (let left = index; text[i] !== ']'; left -= 1) {
    if (left === 0) return i;
    i = skipSpace(text, endOfValue(text, i));
    if (text[i] === ',') i = skipSpace(text, i + 1);
  }
  return undefined;
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i += 1;
  return i;
}

/** The index after the value that starts at `start`. */
function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') {
    let end = start;
    while (end < text.length && !/[,\]}\s]/.test(text.charAt(end))) end += 1;
    return end;
  }
  let depth = 0;
  for (let i = start; i < text.length;) {
    const char = text[i];
    if (char === '"') {
      i = endOfString(text, i);
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    if (char === '}' || char === ']') depth -= 1;
    i += 1;
    if (depth === 0) return i;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}
