/**
 * Does `work` for all, so many at a time: what must not take too long in one piece, because others wait for their turn.
 * Rejects with the first failure; what comes after its slice is not begun.
 */
export async function inSlices<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += size)
    await Promise.all(items.slice(from, from + size).map(work));
}
