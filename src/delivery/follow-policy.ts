import type { JobOutcome } from '../model/delivery.js';
import type { TargetJob } from '../model/target.js';

/** Waits between looks, in milliseconds: most jobs end within seconds, some wait days for a person. */
const WAITS = [2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600].map((seconds) => seconds * 1_000);
/** A job that is accepted appears within a second or two; after this it never will. */
const UNCONFIRMED_MS = 15 * 60_000;
/** Human steps take days; after this nobody waits for the word any more. */
const UNKNOWN_MS = 14 * 24 * 3_600_000;

const ENDS: ReadonlyMap<string, JobOutcome> = new Map<string, JobOutcome>([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['dismissed', 'dismissed'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
  ['retried', 'retried'],
]);

/** What a look at a job says: it ended, or when to look again (Unix milliseconds). */
export type Look =
  | { readonly kind: 'ended'; readonly outcome: JobOutcome; readonly failedStep?: string }
  | { readonly kind: 'again'; readonly at: number };

/**
 * Reads one look at a followed job. Pure. The vocabulary is open: a word that is not known is not an end. A job that
 * the target does not know (yet) is waited for, and `unconfirmed` after 15 min.
 */
export function readLook(
  job: TargetJob | undefined,
  followed: { readonly deliveredAt: number; readonly step: number },
  now: number,
): Look {
  const { deliveredAt, step } = followed;
  const age = now - deliveredAt;
  const outcome = job === undefined ? undefined : ENDS.get(job.status.toLowerCase());
  if (outcome !== undefined) {
    const failedStep = job?.failedStep;
    return { kind: 'ended', outcome, ...(failedStep === undefined ? {} : { failedStep }) };
  }
  if (job === undefined && age >= UNCONFIRMED_MS) return { kind: 'ended', outcome: 'unconfirmed' };
  if (age >= UNKNOWN_MS) return { kind: 'ended', outcome: 'unknown' };
  return { kind: 'again', at: now + (WAITS[Math.min(step, WAITS.length - 1)] ?? 0) };
}

/**
 * A job that a person ran again ends as its latest run does: the newest job of the same group, where the list has
 * one that is not the job itself. Pure.
 */
export function latestRun(job: TargetJob, listed: readonly TargetJob[]): TargetJob {
  if (job.groupId === undefined || job.status.toLowerCase() !== 'retried') return job;
  const later = listed.filter(
    (other) =>
      other.groupId === job.groupId &&
      other.jobId !== job.jobId &&
      (other.createdAt ?? 0) >= (job.createdAt ?? 0),
  );
  return later.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))[0] ?? job;
}
