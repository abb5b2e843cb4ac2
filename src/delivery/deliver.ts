import type { FailedOutcome } from '../model/outcome.js';
import { MappingError } from '../model/source.js';
import type { Routing } from './ports.js';
import type { Reconcile } from './reconcile.js';
import { nextStep } from './retry-policy.js';
import type { RoutePauses } from './route-pauses.js';
import { settleDoubt } from './settle-doubt.js';
import { isOverload, type TargetGate } from './target-gate.js';
import { startOf, withAttempt } from './timeline.js';
import {
  againVerdict,
  deadVerdict,
  deliveredVerdict,
  refusal,
  report,
  timed,
  type Reporter,
  type Start,
  type Verdict,
  type Work,
} from './verdict.js';

export interface DeliverDeps extends Reporter {
  readonly routing: Routing;
  readonly gate: (target: string) => TargetGate | undefined;
  readonly reconcile: (target: string) => Reconcile;
  readonly pauses: RoutePauses;
  /** 0 … 1. */
  readonly random: () => number;
}

export type Deliver = (start: Start) => Promise<Verdict>;

/** Whatever kills its worker so often is a dead letter: it is the event that does it. */
export const MAX_LOST_STARTS = 10;
const POISON = `its worker died ${MAX_LOST_STARTS} times while this was being delivered`;
/** A route that is not in the configuration may come back with the next one. */
const NO_ROUTE_MS = 60_000;
const SPREAD_MS = 1_000;

/**
 * The work, from a delivery to what becomes of it: route → mapping → an earlier doubt settled → a place at the
 * target → the call → its outcome → the next step. Everything that can happen is a value.
 */
export function createDeliver(deps: DeliverDeps): Deliver {
  return async (start) => {
    const found = findWork(deps, start);
    if (found === undefined) return againVerdict(start, start.progress, deps.now() + NO_ROUTE_MS);
    const { route, target, gate, delivery, signal } = found;

    if (start.lostStarts >= MAX_LOST_STARTS) return refusal(deps, found, 'poison', POISON);
    const body = await mapped(found);
    if (body instanceof MappingError) return refusal(deps, found, 'mapping', body.message);

    // A target that is away cannot be asked about an earlier doubt either
    const { state, reopensAt, reason } = gate.circuit();
    if (state !== 'closed') return hold(deps, found, reopensAt, reason);
    const settled = await settleDoubt(deps, found, body);
    if (settled.kind !== 'send') return settled;
    const work = settled.progress === found.progress ? found : { ...found, progress: settled.progress };

    const pause = deps.pauses.of(delivery.source, delivery.route);
    if (!pause.tryEnter()) return hold(deps, work, pause.reopensAt(), pause.reason());
    const place = await gate.enter(signal);
    if (typeof place !== 'function') {
      pause.abandoned();
      return hold(deps, work, place?.reopensAt, place?.reason);
    }
    const { traceparent } = delivery;
    const sending = { ...work, ...clock(deps) };
    const outcome = await target
      .send({ endpoint: route.endpoint, body, signal, ...(traceparent === undefined ? {} : { traceparent }) })
      .finally(place)
      .catch((error: unknown) => {
        // A fault of ours must not leave the route half-open for ever
        pause.abandoned();
        throw error;
      });
    gate.settle(delivery.id, outcome);

    if (outcome.kind === 'route-broken') pause.failed(outcome.reason);
    // Only an answer about this event shows that its route works
    else if (outcome.kind === 'delivered' || outcome.kind === 'rejected') pause.succeeded();
    else pause.abandoned();
    if (outcome.kind === 'delivered') return deliveredVerdict(deps, sending, outcome, body);
    return afterFailure(deps, sending, outcome, body);
  };
}

function findWork(deps: DeliverDeps, start: Start): Work | undefined {
  const route = deps.routing.route(start.delivery.source, start.delivery.route);
  if (route === undefined) return undefined;
  const target = deps.routing.target(route.target);
  const gate = deps.gate(route.target);
  if (target === undefined || gate === undefined) return undefined;
  const { delivery, progress, lostStarts, signal } = start;
  return { delivery, progress, lostStarts, signal, route, target, gate, ...clock(deps) };
}

function clock(deps: DeliverDeps): Pick<Work, 'startedAt' | 'watch'> {
  return { startedAt: deps.now(), watch: performance.now() };
}

async function mapped({ route, delivery }: Work): Promise<string | MappingError> {
  try {
    return (await route.map(delivery)).text;
  } catch (error) {
    if (error instanceof MappingError) return error;
    throw error;
  }
}

function afterFailure(deps: DeliverDeps, work: Work, outcome: FailedOutcome, body: string): Verdict {
  const { delivery, route, gate } = work;
  // An outage that answers is an outage all the same
  const systemic = outcome.kind === 'retry' && isOverload(outcome) && gate.systemic();
  const seen: FailedOutcome = systemic ? { ...outcome, kind: 'target-down' } : outcome;
  const step = nextStep(seen, {
    now: deps.now(),
    counted: work.progress.counted,
    maxAttempts: route.maxAttempts,
    giveUpAt: startOf(delivery, work.progress) + route.giveUpAfterMs,
    onAmbiguous: route.onAmbiguous,
    reopensAt:
      seen.kind === 'route-broken'
        ? deps.pauses.of(delivery.source, delivery.route).reopensAt()
        : gate.circuit().reopensAt,
    random: deps.random,
  });
  const made = timed(work, seen, body);
  if (step.kind === 'dead') {
    report(deps, work, made, 'dead');
    return deadVerdict(withAttempt(work.progress, made), seen.errorClass, seen.reason);
  }
  const attempt = { ...made, nextAt: step.at };
  const counted = work.progress.counted + (step.counts ? 1 : 0);
  report(deps, work, attempt, 'scheduled');
  return againVerdict(work, { ...withAttempt(work.progress, attempt), counted }, step.at);
}

/** No call was made, and none is recorded: the delivery waits for its circuit, its route or another worker. */
function hold(
  deps: DeliverDeps,
  work: Work,
  reopensAt: number | undefined,
  reason = 'the worker is stopping',
): Verdict {
  const now = deps.now();
  const giveUpAt = startOf(work.delivery, work.progress) + work.route.giveUpAfterMs;
  if (work.signal.aborted) return againVerdict(work, work.progress, now);
  if (now >= giveUpAt) {
    return refusal(deps, work, 'circuit_open', `it waited as long as give_up_after says: ${reason}`);
  }
  const opens = Math.max(reopensAt ?? now, now);
  // A long wait gathers a large crowd
  const spread = Math.max(SPREAD_MS, (opens - now) / 5);
  const at = opens + Math.ceil(deps.random() * spread);
  return againVerdict(work, work.progress, Math.min(at, giveUpAt));
}
