const FIRST_MS = 1_000;
const MOST_MS = 15 * 60_000;

/**
 * How long to wait after the n-th counted attempt (1, 2, 3 …): full jitter, so that a crowd that failed together does
 * not come back together. `random` yields 0 … 1. In milliseconds, at least 1 s where the target named a wait.
 *
 * | after attempt | 1 | 2 | 3 | 4 | 5  | 6  | 7  | 8   | 9   | 10  | 11 … |
 * |---------------|---|---|---|---|----|----|----|-----|-----|-----|------|
 * | at most, s    | 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 900  |
 *
 * Twenty attempts are over after 1 h 40 min on average. The target's `Retry-After` is a floor, with up to 10 % on top.
 */
export function backoffMs(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(FIRST_MS * 2 ** (attempt - 1), MOST_MS);
  const jittered = Math.ceil(random() * ceiling);
  if (retryAfterMs === undefined) return Math.max(jittered, 1);
  return Math.max(jittered, Math.ceil(retryAfterMs * (1 + random() * 0.1)));
}
