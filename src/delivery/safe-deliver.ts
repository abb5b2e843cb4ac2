import type { FailedOutcome } from '../model/outcome.js';
import { backoffMs } from './backoff.js';
import type { Deliver } from './deliver.js';
import { nextNumber, toAttempt, withAttempt } from './timeline.js';
import { againVerdict, deadVerdict, type Reporter } from './verdict.js';

/** A fault of ours that comes back so often will not go away. */
const MAX_FAULTS = 5;

/**
 * Turns an exception out of the delivery itself, which is a fault of ours, into a try later: after five it is a dead
 * letter of class `poison`, and its neighbours never notice.
 */
export function createSafeDeliver(
  deliver: Deliver,
  { observe, now, random }: Reporter & { readonly random: () => number },
): Deliver {
  return async (start) => {
    const startedAt = now();
    try {
      return await deliver(start);
    } catch (error) {
      const { id, source } = start.delivery;
      observe({
        kind: 'notice',
        level: 'error',
        event: 'delivery.fault',
        message: 'A delivery failed inside the bridge; please report this',
        data: { delivery_id: id, source, cause: describe(error) },
      });
      const outcome: FailedOutcome = {
        kind: 'retry',
        errorClass: 'poison',
        reason: 'the bridge itself failed; its log has the cause',
        reached: 'sent_no_answer',
      };
      const at = { number: nextNumber(start.progress), startedAt, durationMs: now() - startedAt };
      const progress = withAttempt(start.progress, toAttempt(outcome, at));
      const faults = progress.attempts.filter(({ errorClass }) => errorClass === 'poison').length;
      if (faults >= MAX_FAULTS) return deadVerdict(progress, 'poison', outcome.reason);
      return againVerdict(start, progress, now() + backoffMs(faults, undefined, random));
    }
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
