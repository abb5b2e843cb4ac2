/** Says whether something of this cost can be afforded now, and then counts it as spent. */
export type Budget = (cost?: number) => boolean;

/** Lets things be done that cost at most `units` together in each `everyMs`; `now` gives Unix milliseconds. */
export function createBudget(units: number, everyMs: number, now: () => number): Budget {
  let windowStart = Number.NEGATIVE_INFINITY;
  let left = 0;
  return (cost = 1) => {
    const at = now();
    if (at - windowStart >= everyMs || at < windowStart) {
      windowStart = at;
      left = units;
    }
    if (cost > left) return false;
    left -= cost;
    return true;
  };
}
