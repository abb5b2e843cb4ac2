import type { Json } from './json.js';

/** What a look at JSON text found, before anything is believed of it. */
export type JsonInspection =
  /** `inexact`: it holds a number that a double cannot keep digit for digit. */
  | { readonly ok: true; readonly inexact: boolean; readonly value: Json }
  | { readonly ok: false; readonly fault: JsonFault; readonly detail: string };

export type JsonFault = 'empty_body' | 'invalid_json' | 'too_deep' | 'duplicate_key';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_E = 0x65;
/** What a small letter of ASCII has and its capital has not. */
const LOWER_CASE = 0x20;

/** Significant digits that every double keeps. */
const SAFE_DIGITS = 15;

/** An escape that may be half of a surrogate pair. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** What the text says of itself. */
interface Looked {
  readonly ok: true;
  readonly inexact: boolean;
  /** Members of all its objects together. */
  readonly members: number;
}

/**
 * Parses JSON text and looks for what `JSON.parse` lets pass: nesting deeper than `maxDepth`, an object with the
 * same key twice (however it is spelt), half of a surrogate pair, a scalar at the top. One pass over the text,
 * without recursion, so that 100,000 brackets cost no stack. The grammar itself is `JSON.parse`'s to check.
 */
export function inspectJson(text: string, maxDepth: number): JsonInspection {
  const first = /[^\t\n\r ]/.exec(text)?.[0];
  if (first === undefined) return { ok: false, fault: 'empty_body', detail: 'the body is empty' };
  if (first !== '{' && first !== '[') {
    return { ok: false, fault: 'invalid_json', detail: 'the body is not a JSON object or array' };
  }
  const looked = look(text, maxDepth);
  if (!looked.ok) return looked;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, fault: 'invalid_json', detail: 'the body is not JSON' };
  }
  // Of members with the same key one is left
  if (membersOf(value) !== looked.members)
    return { ok: false, fault: 'duplicate_key', detail: 'an object has the same key twice' };
  return { ok: true, inexact: looked.inexact, value };
}

/** Members of all objects in a value that is known not to be deep. */
function membersOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: readonly Json[] = Object.values(value);
  let sum = Array.isArray(value) ? 0 : items.length;
  for (const item of items) if (typeof item === 'object') sum += membersOf(item);
  return sum;
}

/** Answers what the text says of itself, or the fault. */
function look(text: string, maxDepth: number): Looked | (JsonInspection & { readonly ok: false }) {
  const surrogates = SURROGATE.test(text);
  let depth = 0;
  let members = 0;
  let inexact = false;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      if (end < 0) return { ok: false, fault: 'invalid_json', detail: 'a string does not end' };
      if (surrogates && hasLoneSurrogate(text.slice(i, end))) {
        return { ok: false, fault: 'invalid_json', detail: 'a string holds half of a surrogate pair' };
      }
      i = end;
      continue;
    }
    if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, i);
      if (!inexact && !isExact(text, i, end)) inexact = true;
      i = end;
      continue;
    }
    if (code === COLON) {
      members += 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth === maxDepth)
        return { ok: false, fault: 'too_deep', detail: `nested deeper than ${maxDepth} levels` };
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
    i += 1;
  }
  return { ok: true, inexact, members };
}

/** The index after the closing quote of the string that starts at `start`, or -1. */
function endOfString(text: string, start: number): number {
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return -1;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function endOfNumber(text: string, start: number): number {
  let i = start + 1;
  for (; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const part =
      (code >= ZERO && code <= NINE) ||
      code === 0x2e ||
      code === 0x65 ||
      code === 0x45 ||
      code === 0x2b ||
      code === MINUS;
    if (!part) break;
  }
  return i;
}

/** Does a double give these digits back? Short plain numbers always do; the others are tried. */
function isExact(text: string, start: number, end: number): boolean {
  if (end - start <= SAFE_DIGITS && isPlain(text, start, end)) return true;
  const literal = text.slice(start, end);
  return sameDigits(literal, String(Number(literal)));
}

/** No exponent, and not zero with a minus. */
function isPlain(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) === MINUS && text.charCodeAt(start + 1) === ZERO) return false;
  for (let i = start + 1; i < end; i += 1) if ((text.charCodeAt(i) | LOWER_CASE) === LETTER_E) return false;
  return true;
}

/** Compares two spellings of a number by their significant digits and magnitude: `1.50e3` is `1500`. */
function sameDigits(a: string, b: string): boolean {
  return normalise(a) === normalise(b);
}

function normalise(literal: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (parts === null) return `not a number: ${literal}`;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutTrailingZeros(digits);
  const magnitude = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === '' ? `${sign}0` : `${sign}${significant}e${magnitude}`;
}

/** By hand: on `1000…0001` the expression `/0+$/` takes the square of its length, minutes for one body. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return digits.slice(0, end);
}

function hasLoneSurrogate(quoted: string): boolean {
  if (!SURROGATE.test(quoted)) return false;
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(decode(quoted));
}

function decode(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/**
 * The value as conditions and mappings see it: a number that a double cannot keep stands as a string of exactly its
 * digits, every other one as a number. `text` must have passed `inspectJson`.
 */
export function parseExact(text: string): Json {
  let quoted = '';
  let copied = 0;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, i);
      if (!isExact(text, i, end)) {
        quoted += `${text.slice(copied, i)}"${text.slice(i, end)}"`;
        copied = end;
      }
      i = end;
    } else {
      i += 1;
    }
  }
  return JSON.parse(quoted + text.slice(copied)) as Json;
}
