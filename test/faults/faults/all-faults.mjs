import { CROWD_FAULTS } from './crowd-faults.mjs';
import { DISK_FAULTS } from './disk-faults.mjs';
import { FAILOVER_FAULTS } from './failover-faults.mjs';
import { KILL_FAULTS } from './kill-faults.mjs';
import { KOMAND_FAULTS } from './komand-faults.mjs';
import { KOMAND_NETWORK_FAULTS } from './komand-network-faults.mjs';
import { MATRIX } from './matrix.mjs';
import { PROCESS_FAULTS } from './process-faults.mjs';
import { REDIS_FAULTS } from './redis-faults.mjs';
import { TLS_FAULTS } from './tls-faults.mjs';
import { WIPE_FAULTS } from './wipe-faults.mjs';
import { WORLD_FAULTS } from './world-faults.mjs';

/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Every fault that the driver knows, by its number in the matrix. @type {readonly Fault[]} */
export const FAULTS = [
  ...KILL_FAULTS,
  ...PROCESS_FAULTS,
  ...CROWD_FAULTS,
  ...REDIS_FAULTS,
  ...DISK_FAULTS,
  ...FAILOVER_FAULTS,
  ...KOMAND_NETWORK_FAULTS,
  ...KOMAND_FAULTS,
  ...TLS_FAULTS,
  ...WORLD_FAULTS,
  ...WIPE_FAULTS,
].sort((a, b) => a.c4 - b.c4);

/** A line for each row of the driver, and one for each number of the matrix that has none. @param {ReadonlySet<string>} able */
export function listFaults(able) {
  return [...MATRIX].flatMap(([c4, title]) => {
    const rows = FAULTS.filter((fault) => fault.c4 === c4);
    if (rows.length === 0) return [`#${c4}\tnone\t${title}`];
    return rows.map(({ name, needs = [] }) => {
      const missing = needs.filter((need) => !able.has(need));
      const why = missing.length === 0 ? '' : `\tnot here: needs ${missing.join(', ')}`;
      return `#${c4}\t${name}\t${title}${why}`;
    });
  });
}

/**
 * Groups that share a world, in random order: at most `perRun` in one, those of another setting apart, those that must
 * be alone alone.
 * @param {readonly Fault[]} faults @param {import('../rig/random.mjs').Random} random @param {number} perRun
 * @returns {Fault[][]}
 */
export function intoRuns(faults, random, perRun) {
  const mixed = random.shuffle(faults);
  /** @type {Map<string, Fault[]>} */
  const bySetting = new Map();
  for (const fault of mixed.filter(({ alone }) => !alone)) {
    const group = bySetting.get(fault.setting ?? '');
    if (group === undefined) bySetting.set(fault.setting ?? '', [fault]);
    else group.push(fault);
  }
  /** @type {Fault[][]} */
  const runs = mixed.filter(({ alone }) => alone).map((fault) => [fault]);
  for (const group of bySetting.values()) {
    // As many in each as in the others, not a last one with what is left
    const count = Math.ceil(group.length / perRun);
    for (let i = 0; i < count; i += 1) runs.push(group.filter((_, n) => n % count === i));
  }
  return runs;
}
