/**
 * Chance that can be repeated: the same seed gives the same run.
 * @typedef {ReturnType<typeof createRandom>} Random
 */

/** Mulberry32. @param {number} seed */
export function createRandom(seed) {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    seed,
    /** From 0 to below 1. */
    unit,
    /** A whole number, both ends inclusive. @param {number} min @param {number} max */
    within: (min, max) => min + Math.floor(unit() * (max - min + 1)),
    /** @template T @param {readonly T[]} list @returns {T} */
    pick: (list) => list[Math.floor(unit() * list.length)],
    /** @template T @param {readonly T[]} list @returns {T[]} */
    shuffle: (list) => {
      const mixed = [...list];
      for (let i = mixed.length - 1; i > 0; i -= 1) {
        const j = Math.floor(unit() * (i + 1));
        [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
      }
      return mixed;
    },
  };
}
