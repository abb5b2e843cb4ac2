/** Seconds between 1601 (Windows) and 1970 (Unix). */
const FILETIME_OFFSET_S = 11_644_473_600;
/** 9999-12-31, the last day that RFC 3339 can write. */
const MAX_MS = 253_402_300_799_999;

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?)?$/;

/**
 * RFC 3339 in UTC (`2026-01-31T09:30:00.250Z`) of what senders call a time: Unix seconds, milliseconds, microseconds
 * or nanoseconds and Windows FILETIME (numbers or strings of digits, told apart by their size), or a date and time
 * with any fraction, with an offset or without one (then UTC). `undefined` for Go's zero time and for anything else.
 */
export function toTime(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  const ms = /^\d+(\.\d+)?$/.test(text) ? fromNumber(Number(text)) : fromText(text);
  if (ms === undefined || !(ms > 0) || ms > MAX_MS) return undefined;
  return new Date(ms).toISOString();
}

/** The ranges do not meet: each unit's years 1973 to 2286 lie a thousandfold apart; FILETIME is above 1.1e17. */
function fromNumber(number: number): number | undefined {
  if (number < 1e8) return undefined;
  if (number < 1e11) return Math.round(number * 1_000);
  if (number < 1e14) return Math.trunc(number);
  if (number < 1e17) return Math.trunc(number / 1_000);
  if (number < 5e17) return Math.trunc(number / 10_000 - FILETIME_OFFSET_S * 1_000);
  return Math.trunc(number / 1_000_000);
}

function fromText(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = ''] = parts;
  const zone = parts[8] ?? 'Z';
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // `Date.UTC` carries the 30th of February over into March
  if (new Date(ms).getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return ms + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
