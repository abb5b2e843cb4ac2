import type { FailedOutcome } from '../model/outcome.js';
import type { OnAmbiguous } from '../model/settings.js';
import { backoffMs } from './backoff.js';

/** What is done after an attempt that did not deliver. Times are Unix milliseconds. */
export type NextStep =
  { readonly kind: 'again'; readonly at: number; readonly counts: boolean } | { readonly kind: 'dead' };

export interface Situation {
  readonly now: number;
  /** Attempts that count, this one not included. */
  readonly counted: number;
  readonly maxAttempts: number;
  /** After this nothing is tried any more. */
  readonly giveUpAt: number;
  readonly onAmbiguous: OnAmbiguous;
  /** When the circuit or the route's pause lets the next one through. */
  readonly reopensAt: number | undefined;
  /** 0 … 1. */
  readonly random: () => number;
}

/** A first look for the job comes soon: most lost answers are of jobs that appear within a second or two. */
const FIRST_LOOK_MS = 2_000;
/** Waits for a target or a route are spread by up to this, so that a backlog does not come back as one. */
const SPREAD_MS = 2_000;
const OUTAGE_MS = 5_000;

/**
 * What comes next, in one place. Pure.
 *
 * | outcome               | next                                             | counts |
 * |-----------------------|--------------------------------------------------|--------|
 * | interrupted           | at once, by another worker                       | no     |
 * | target-down           | when the circuit tries again                     | no     |
 * | route-broken          | when the route's pause lets one through          | no     |
 * | retry, relogin        | after the back-off                               | yes    |
 * | ambiguous, reconcile  | soon, to look for the job; only then again       | yes    |
 * | ambiguous, retry      | after the back-off                               | yes    |
 * | ambiguous, park       | dead letter                                      |        |
 * | rejected              | dead letter                                      |        |
 *
 * What counts is a dead letter after `maxAttempts`; whatever does not is one only when `giveUpAt` is over.
 */
export function nextStep(outcome: FailedOutcome, situation: Situation): NextStep {
  const { now, giveUpAt, random } = situation;
  switch (outcome.kind) {
    case 'rejected':
      return { kind: 'dead' };
    case 'interrupted':
      return { kind: 'again', at: now, counts: false };
    case 'target-down':
    case 'route-broken': {
      const asked = outcome.kind === 'target-down' ? outcome.retryAfterMs : undefined;
      const reopensAt = situation.reopensAt ?? now + (asked ?? OUTAGE_MS);
      return until(giveUpAt, now, Math.max(reopensAt, now) + Math.ceil(random() * SPREAD_MS), false);
    }
    case 'ambiguous':
      if (situation.onAmbiguous === 'park') return { kind: 'dead' };
      if (situation.onAmbiguous === 'reconcile') return counted(situation, FIRST_LOOK_MS);
      return counted(situation, backoffMs(situation.counted + 1, undefined, random));
    case 'retry':
      return counted(situation, backoffMs(situation.counted + 1, outcome.retryAfterMs, random));
    default:
      // relogin
      return counted(situation, backoffMs(situation.counted + 1, undefined, random));
  }
}

function counted({ now, counted: made, maxAttempts, giveUpAt }: Situation, waitMs: number): NextStep {
  if (made + 1 >= maxAttempts) return { kind: 'dead' };
  return until(giveUpAt, now, now + waitMs, true);
}

/** The last try comes when the time is over, not after it. */
function until(giveUpAt: number, now: number, at: number, counts: boolean): NextStep {
  return now >= giveUpAt ? { kind: 'dead' } : { kind: 'again', at: Math.min(at, giveUpAt), counts };
}
