let last: Promise<unknown> = Promise.resolve();

/**
 * Runs computations that are cut into many small promises one after the other: side by side they would gain
 * nothing, and each would use up the others' time limit.
 */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}
