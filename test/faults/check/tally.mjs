/**
 * What one fault of a run did to the events that were sent from shortly before it to shortly before the next.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} c4
 * @property {number} seconds that it lasted
 * @property {number} attempted
 * @property {number} accepted answered 2xx
 * @property {number} delivered accepted, and started in Komand
 * @property {number} dead
 * @property {number} spooled
 * @property {number} recovered never answered 2xx, and started all the same
 * @property {number} lost
 * @property {number} lostAllowed with the store, which the fault destroyed
 * @property {number} duplicated with more than one job
 * @property {number} tooOften with more jobs than their doubts explain
 * @property {readonly string[]} broken
 */

/** An event that is on its way when a fault comes is that fault's: it is delivered within less. Milliseconds. */
const ON_ITS_WAY_MS = 500;

/**
 * @param {readonly import('../scenarios/run-faults.mjs').Injected[]} injected in order
 * @param {readonly import('./checker.mjs').Fate[]} fates
 * @returns {Row[]}
 */
export function tally(injected, fates) {
  return injected.map(({ fault, from, to, broken }, i) => {
    const start = i === 0 ? -Infinity : from - ON_ITS_WAY_MS;
    const end = (injected[i + 1]?.from ?? Infinity) - ON_ITS_WAY_MS;
    const own = fates.filter(({ sentAt }) => sentAt >= start && sentAt < end);
    const accepted = own.filter(({ acknowledged }) => acknowledged);
    const count = (/** @type {(fate: import('./checker.mjs').Fate) => boolean} */ which) =>
      own.filter(which).length;
    return {
      name: fault.name,
      c4: fault.c4,
      seconds: (to - from) / 1_000,
      attempted: own.length,
      accepted: accepted.length,
      delivered: accepted.filter(({ jobs }) => jobs > 0).length,
      dead: count(({ dead }) => dead),
      spooled: count(({ acknowledged, spooled }) => acknowledged && spooled),
      recovered: count(({ acknowledged, jobs }) => !acknowledged && jobs > 0),
      lost: count(({ lost }) => lost),
      lostAllowed: count(({ lostAllowed }) => lostAllowed),
      duplicated: count(({ jobs }) => jobs > 1),
      tooOften: count(({ tooOften }) => tooOften),
      broken,
    };
  });
}
