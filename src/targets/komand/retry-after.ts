import { type AnswerHeaders, headerText } from './call.js';

const MIN_MS = 1_000;
const MAX_MS = 3_600_000;
/** RFC 9110 §5.6.7, the only form that may be sent. `Date.parse` alone reads `-1` as a year. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function httpDate(text: string | undefined): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The wait that `Retry-After` asks for, in milliseconds, clamped to 1 s … 1 h; garbage counts as absent. A date is
 * read against the answer's own `Date`, so that the clocks need not agree. `now` is Unix milliseconds.
 */
export function retryAfterMs(headers: AnswerHeaders, now: number): number | undefined {
  const text = headerText(headers, 'retry-after')?.trim();
  if (text === undefined) return undefined;
  const date = httpDate(text);
  const wait = /^\d+$/.test(text)
    ? Number(text) * 1_000
    : date && date - (httpDate(headerText(headers, 'date')) ?? now);
  return wait === undefined ? undefined : Math.min(Math.max(wait, MIN_MS), MAX_MS);
}
