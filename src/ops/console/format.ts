import { html, type Html } from './html.js';

/** `1,234`, as everywhere in the console. */
export function count(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `8 ms`, `1.2 s`, `3 m 20 s`, `2 h 5 m`, `4 d`: two units at most. Milliseconds. */
export function duration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 1_000) return `${Math.round(whole)} ms`;
  if (whole < 10_000) return `${(whole / 1_000).toFixed(1)} s`;
  const seconds = Math.round(whole / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return two(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  if (seconds < 86_400) return two(Math.floor(seconds / 3_600), 'h', Math.floor((seconds % 3_600) / 60), 'm');
  return two(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3_600), 'h');
}

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** `12 kB`, `1.4 MB`. */
export function bytes(n: number): string {
  if (n < 1_000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1_000).toFixed(n < 10_000 ? 1 : 0)} kB`;
  if (n < 1_000_000_000) return `${(n / 1_000_000).toFixed(1)} MB`;
  return `${(n / 1_000_000_000).toFixed(1)} GB`;
}

/** One significant digit below ten, none above: a rate is read, not computed with. */
export function rate(n: number): string {
  if (n === 0) return '0';
  if (n < 0.1) return '<0.1';
  return n < 10 ? n.toFixed(1).replace(/\.0$/, '') : count(n);
}

/** `2 m ago` or `in 40 s`, with the moment itself in UTC behind it. The script keeps it true. */
export function ago(ms: number | undefined, now: number): Html {
  if (ms === undefined) return html`<span class="none">–</span>`;
  const text = ms > now ? `in ${short(ms - now)}` : `${short(now - ms)} ago`;
  return html`<time datetime="${iso(ms)}" title="${iso(ms)}" data-ago>${text}</time>`;
}

/** `21:04:07.120` with the date where it is another day than today. UTC. */
export function clock(ms: number | undefined, now: number): Html {
  if (ms === undefined) return html`<span class="none">–</span>`;
  const text = iso(ms);
  const day = text.slice(0, 10) === iso(now).slice(0, 10) ? '' : `${text.slice(5, 10)} `;
  return html`<time datetime="${text}" title="${text}">${day}${text.slice(11, 19)}</time>`;
}

/** The largest unit only: `40 s`, `12 m`, `3 h`, `5 d`. Milliseconds. */
export function short(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whether a value of the API is a time: it writes them as RFC 3339 in UTC. */
export function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}
