import type { Attempt, Delivery, Progress } from '../model/delivery.js';
import type { DeliveryOutcome } from '../model/outcome.js';

/** The first tell how it began, the last how it stands; an outage of hours in between is a number. */
const FIRST_KEPT = 5;
const LAST_KEPT = 45;

/** Unix milliseconds from which `give_up_after` counts. */
export function startOf(delivery: Delivery, progress: Progress): number {
  return progress.since ?? delivery.replay?.at ?? delivery.receivedAt;
}

/** The number of the next attempt. */
export function nextNumber(progress: Progress): number {
  return progress.attempts.length + progress.dropped + 1;
}

/** Adds an attempt to the timeline, which keeps the first 5 and the last 45. */
export function withAttempt(progress: Progress, attempt: Attempt): Progress {
  const attempts = [...progress.attempts, attempt];
  if (attempts.length <= FIRST_KEPT + LAST_KEPT) return { ...progress, attempts };
  attempts.splice(FIRST_KEPT, 1);
  return { ...progress, attempts, dropped: progress.dropped + 1 };
}

/** Puts an outcome into the words of the timeline. Times are Unix milliseconds. */
export function toAttempt(
  outcome: DeliveryOutcome,
  at: { readonly number: number; readonly startedAt: number; readonly durationMs: number },
  bodyHash?: string,
): Attempt {
  const hash = bodyHash === undefined ? {} : { bodyHash };
  if (outcome.kind === 'delivered') {
    const { number, startedAt, durationMs } = at;
    const { status, excerpt: answer } = outcome.answer;
    const made = { number, startedAt, durationMs, outcome: outcome.kind, reached: 'answered' } as const;
    const { jobId } = outcome;
    return jobId === undefined
      ? { ...made, status, answer, ...hash }
      : { ...made, status, answer, jobId, ...hash };
  }
  const answer =
    outcome.answer === undefined ? {} : { status: outcome.answer.status, answer: outcome.answer.excerpt };
  const { kind, errorClass, reason, reached } = outcome;
  return { ...at, outcome: kind, errorClass, reason, reached, ...answer, ...hash };
}
