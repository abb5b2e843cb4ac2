import type { DeliveryView } from '../../model/delivery.js';
import { attemptsOf } from './dead-cause.js';

export interface ReplayVerdict {
  readonly verdict: 'never_sent' | 'sent_without_answer' | 'answered';
  /** May it be sent again without making anything happen twice? */
  readonly safe: boolean;
  readonly sentence: string;
}

/** Whether sending it again is safe, from how far its attempts reached. */
export function replayVerdictOf(view: DeliveryView): ReplayVerdict {
  const attempts = attemptsOf(view);
  if (view.receipt !== undefined) {
    const job = view.receipt.jobId === undefined ? '' : ` as job ${view.receipt.jobId}`;
    return answered(false, `The target took it${job}: sending it again makes it happen twice.`);
  }
  if (attempts.some(({ reached }) => reached === 'sent_no_answer')) {
    return {
      verdict: 'sent_without_answer',
      safe: false,
      sentence:
        'At least once it was sent and no answer came: look for its job in Komand first, or it may happen twice.',
    };
  }
  // An attempt that is no longer on the timeline may have reached further than those that are
  const forgotten = view.progress.dropped > 0;
  const last = attempts.findLast(({ reached }) => reached === 'answered');
  if (last !== undefined) {
    const code = last.status === undefined ? 'no' : `HTTP ${last.status}, no`;
    return answered(
      !forgotten,
      forgotten
        ? `The target refused it each time that is on the timeline, but ${view.progress.dropped} attempts are not: look for its job first.`
        : `The target answered ${code} each time, so nothing was started: it is safe to send again once the cause is mended.`,
    );
  }
  return {
    verdict: 'never_sent',
    safe: !forgotten,
    sentence: forgotten
      ? `No attempt that is on the timeline reached the target, but ${view.progress.dropped} are not on it.`
      : 'No attempt reached the target, so it cannot happen twice: it is safe to send again.',
  };
}

function answered(safe: boolean, sentence: string): ReplayVerdict {
  return { verdict: 'answered', safe, sentence };
}
