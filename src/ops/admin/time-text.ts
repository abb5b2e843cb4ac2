/** Unix milliseconds as RFC 3339, or null where there are none. */
export function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
