import { inspectJson, parseExact } from '../model/json-text.js';
import type { SeverityTable } from './preset.js';
import { commonSeverity } from './severity.js';
import { toTime } from './to-time.js';

const MAX_TEXT = 4_096;
const MAX_DEPTH = 64;

/** What expressions can call besides JSONata's own functions. Pure: the same event gives the same result. */
export type ExpressionFunctions = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;

/** `table` is what `$severity` looks in when it is not given one. */
export function expressionFunctions(table: SeverityTable): ExpressionFunctions {
  return {
    severity: (value, own) => commonSeverity(value, isTable(own) ? own : table),
    time: (value) => toTime(value),
    first: (...values) => values.map(firstOf).find(isSaid),
    link: (link, base) => toLink(link, base),
    text: (value, length) => toText(value, typeof length === 'number' ? length : MAX_TEXT),
    json: (text) => parseText(text),
  };
}

/** A list counts by its first element that says something. */
function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value.find(isSaid) : value;
}

/** A link that is relative to where its sender lives (its sub-path included); one with a host stays as it is. */
function toLink(link: unknown, base: unknown): string | undefined {
  if (typeof link !== 'string' || link.trim() === '') return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(link) || typeof base !== 'string' || base === '') return link;
  return `${base.endsWith('/') ? base.slice(0, -1) : base}/${link.startsWith('/') ? link.slice(1) : link}`;
}

/** Says something: neither missing nor null nor blank. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

function toText(value: unknown, length: number): string | undefined {
  if (!isSaid(value)) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === undefined) return undefined;
  const cut = text.slice(0, Math.max(1, Math.min(length, MAX_TEXT)));
  // Not through the middle of a character that takes two units
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** JSON inside a string, as a value; `undefined` when it is none. */
function parseText(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  const inspected = inspectJson(text, MAX_DEPTH);
  if (!inspected.ok) return undefined;
  return inspected.inexact ? parseExact(text) : inspected.value;
}

/** Entries may be numbers and single values: expressions write `{ "high": [4, 5] }`. */
function isTable(value: unknown): value is SeverityTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (words) => Array.isArray(words) && words.every((word) => typeof word === 'string'),
    )
  );
}
