/** Lets something dear happen at most `times` in each `everyMs`; `now` is Unix milliseconds. */
export function createBudget(times: number, everyMs: number, now: () => number): () => boolean {
  let windowStart = Number.NEGATIVE_INFINITY;
  let left = 0;
  return () => {
    const at = now();
    if (at - windowStart >= everyMs || at < windowStart) {
      windowStart = at;
      left = times;
    }
    left -= 1;
    return left >= 0;
  };
}
