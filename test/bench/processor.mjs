// What a process has used: processor time and memory, from Linux's own books.
import { readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of 10 ms (`sysconf(_SC_CLK_TCK)` is 100 on every platform Node.js runs on). */
const TICK_US = 10_000;

/** Microseconds of processor, in user and system mode, since the process began; NaN where there is no /proc. */
export function processorMicros(pid) {
  try {
    // The name in the second field may hold spaces and brackets: what counts stands behind the last one
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return NaN;
  }
}

/** Resident memory in MiB; NaN where there is no /proc. */
export function residentMiB(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** Microseconds of processor per event that these processes use while `work` runs, by name. */
export async function costOf(pids, work) {
  const before = Object.values(pids).map(processorMicros);
  const { result, events } = await work();
  const after = Object.values(pids).map(processorMicros);
  const cost = Object.keys(pids).map((name, i) => [name, (after[i] - before[i]) / events]);
  return { result, cost: Object.fromEntries(cost) };
}
