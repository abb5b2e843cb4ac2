import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names a living process so that a later one with the same number is not taken for it: its number and when it started.
 * `undefined` where there is no such process, or it has ended and only waits to be buried.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') return askPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; proc(5) counts on from behind it: state is field 3, start time 22
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${pid} ${boot} ${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

/** This process, as others will look for it. */
export function ownIdentity(): string {
  return processIdentity(process.pid) ?? String(process.pid);
}

/** Whether this names a process that lives and is not this one. */
export function livesElsewhere(identity: string): boolean {
  return identity !== ownIdentity() && processIdentity(Number.parseInt(identity, 10)) === identity;
}

function askPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : `${pid} ${started}`;
  } catch {
    return undefined;
  }
}
