/** @param {number} ms @returns {Promise<void>} */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/**
 * Waits until `condition` gives something that counts as true, and answers it. An error counts as "not yet".
 * Rejects with `what` when the time is over.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} condition
 * @param {number} [timeoutMs]
 * @param {number} [everyMs]
 * @returns {Promise<T>}
 */
export async function waitFor(what, condition, timeoutMs = 30_000, everyMs = 50) {
  const deadline = performance.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: last });
    await sleep(everyMs);
  }
}
