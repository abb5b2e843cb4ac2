import type { Attempt, Progress } from '../model/delivery.js';
import type { DeliveryOutcome, FailedOutcome } from '../model/outcome.js';
import type { Finding, Reconcile } from './reconcile.js';
import { startOf, withAttempt } from './timeline.js';
import {
  againVerdict,
  deliveredVerdict,
  refusal,
  report,
  timed,
  type Reporter,
  type Verdict,
  type Work,
} from './verdict.js';

/** A job that does not appear within this was not started, as far as can be known. Milliseconds. */
const GRACE_MS = 10_000;
const LOOK_AGAIN_MS = 2_000;
/**
 * Where there were more jobs than one search looks at. Jobs that were opened are not opened again, so each look gets
 * further; those of the newest 4,000 are all it ever lists. After this it is sent again, as if not found. Milliseconds.
 */
const CUT_SHORT_GRACE_MS = 120_000;
/** A job list that cannot be read for long is asked ever more rarely. */
const MOST_LOOK_AGAIN_MS = 60_000;

const LOST: FailedOutcome = {
  kind: 'ambiguous',
  errorClass: 'connection',
  reason: 'the worker ended before it could record what became of the call',
  reached: 'sent_no_answer',
};

/** The delivery may be sent; `progress` has what was found out about earlier calls. */
export interface MaySend {
  readonly kind: 'send';
  readonly progress: Progress;
}

/**
 * An earlier call without an answer, or a start whose worker died, may have started a job. Under `reconcile` it is
 * looked for first, for up to 10 s (two minutes where there are too many jobs to look at at once); under `park` a lost
 * start is a dead letter; under `retry` nobody asks.
 */
export async function settleDoubt(
  deps: Reporter & { readonly reconcile: (target: string) => Reconcile },
  work: Work,
  body: string,
): Promise<Verdict | MaySend> {
  const { route, delivery } = work;
  const progress = work.lostStarts > 0 ? noteLost(deps, work) : work.progress;
  // A fault of the bridge itself in between says nothing about the call before it
  const last = progress.attempts.findLast(({ errorClass }) => errorClass !== 'poison');
  if (last?.outcome !== 'ambiguous' || route.onAmbiguous === 'retry') return { kind: 'send', progress };
  if (route.onAmbiguous === 'park') {
    // One that was retried by a person after it had been parked is sent
    if (work.lostStarts === 0) return { kind: 'send', progress };
    return refusal(deps, { ...work, progress }, 'connection', LOST.reason);
  }
  const since = sentAfter(progress) ?? startOf(delivery, progress);
  const endedAt = last.startedAt + last.durationMs;
  // Of a lost start it is not known when it ended
  const until = last.bodyHash === undefined ? {} : { until: endedAt + GRACE_MS };
  // What shows while it is being looked for may be missed: the look counts from where it began
  const lookedAt = deps.now();
  const look = deps.reconcile(route.target);
  const finding = await look({ delivery, route, body, since, signal: work.signal, ...until });
  if (finding.kind === 'found')
    return deliveredVerdict(deps, { ...work, progress }, foundOutcome(finding), body);
  const now = deps.now();
  const growing = Math.min(Math.max(LOOK_AGAIN_MS, (now - endedAt) / 4), MOST_LOOK_AGAIN_MS);
  if (finding.kind === 'unavailable') {
    if (now >= startOf(delivery, progress) + route.giveUpAfterMs)
      return refusal(
        deps,
        { ...work, progress },
        'connection',
        `its job cannot be looked for: ${finding.reason}`,
      );
    return againVerdict(work, progress, now + Math.ceil(growing));
  }
  if (finding.cutShort === true && lookedAt < endedAt + CUT_SHORT_GRACE_MS)
    return againVerdict(work, progress, now + Math.ceil(growing));
  if (lookedAt < endedAt + GRACE_MS) return againVerdict(work, progress, now + LOOK_AGAIN_MS);
  return { kind: 'send', progress };
}

function noteLost(deps: Reporter, work: Work): Progress {
  const attempt = timed(work, LOST);
  report(deps, work, attempt, 'scheduled');
  return withAttempt(work.progress, attempt);
}

/** The doubtful call cannot have been sent before this; a lost start left no time but that of the attempt before it. */
function sentAfter({ attempts }: Progress): number | undefined {
  const isKnown = (attempt: Attempt): boolean =>
    attempt.bodyHash !== undefined || attempt.outcome !== 'ambiguous';
  return attempts.findLast(isKnown)?.startedAt;
}

function foundOutcome({
  jobId,
  looked,
}: Extract<Finding, { kind: 'found' }>): Extract<DeliveryOutcome, { kind: 'delivered' }> {
  return {
    kind: 'delivered',
    jobId,
    message: `found among the latest ${looked} jobs of the target, so it was not sent again`,
    answer: { status: 200, excerpt: '' },
  };
}
