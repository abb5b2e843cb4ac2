import type { HmacSettings } from '../../model/auth-settings.js';
import type { Refused } from '../../model/source.js';
import { refused } from './refused.js';

type Format = NonNullable<HmacSettings['timestamp']>['format'];

/** 12 digits of seconds reach the year 33658; `\d` without the `u` flag is ASCII alone. */
const DIGITS = { 'unix-s': /^\d{1,12}$/, 'unix-ms': /^\d{1,15}$/ };
const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Unix milliseconds, or `undefined` where the text is not exactly of that format. */
export function parseTimestamp(text: string, format: Format): number | undefined {
  if (format !== 'rfc3339') {
    return DIGITS[format].test(text) ? Number(text) * (format === 'unix-s' ? 1_000 : 1) : undefined;
  }
  const [, date, time, fraction = '', zone = ''] = RFC_3339.exec(text) ?? [];
  // Date.parse need not read more than three digits of a fraction
  const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
  return Number.isNaN(at) ? undefined : at;
}

/** The text a sender would write for `at` (Unix milliseconds). */
export function writeTimestamp(at: number, format: Format): string {
  if (format === 'rfc3339') return new Date(at).toISOString();
  return String(Math.floor(format === 'unix-s' ? at / 1_000 : at));
}

/** Refuses a time further than `tolerance` from `now`, either way; all are milliseconds. */
export function judgeAge(
  at: number,
  now: number,
  tolerance: number,
  oldest = tolerance,
): Refused | undefined {
  const age = now - at;
  if (age > oldest) {
    return refused('stale', `the timestamp is ${seconds(age)} s old, ${seconds(oldest)} s are allowed`);
  }
  if (-age > tolerance) {
    return refused(
      'stale',
      `the timestamp is ${seconds(-age)} s ahead of this clock, ${seconds(tolerance)} s are allowed`,
    );
  }
  return undefined;
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
