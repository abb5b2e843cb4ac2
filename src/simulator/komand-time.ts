/** Go's zero time: Komand's word for "not set". */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** A time as Komand writes it: UTC, whole seconds. */
export function komandTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A time with the nine decimals of Go. `unit` (0 to below 1) fills those that JavaScript does not have. */
export function nanoTime(at: number, unit: number): string {
  const rest = String(Math.floor(unit * 1_000_000)).padStart(6, '0');
  return `${new Date(at).toISOString().slice(0, -1)}${rest}Z`;
}
