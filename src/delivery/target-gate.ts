import type { DeliveryId } from '../model/ids.js';
import type { Observe } from '../model/observation.js';
import type { DeliveryOutcome } from '../model/outcome.js';
import { createBreaker, type BreakerState } from './breaker.js';
import { createPermits, type Permit } from './permits.js';
import type { Share } from './ports.js';

/** Failures in a row after which a target counts as away; one that names a wait is believed at once. */
const THRESHOLD = 5;
const FIRST_PROBE_MS = 1_000;
const MOST_PROBE_MS = 30_000;
/** So many different deliveries refused with a 5xx or 429 in a row: it is the target, not what is sent. */
const SYSTEMIC = 3;

const CLOSED = { state: 'closed', reopensAt: undefined } as const;

/** The way to one target: its circuit, and how many calls may be under way. */
export interface TargetGate {
  /** Leave for one call; why not, while the circuit is open; `undefined` when `signal` fires first. */
  enter(signal: AbortSignal): Promise<Permit | Shut | undefined>;
  /** What became of a call that was let through. */
  settle(id: DeliveryId, outcome: DeliveryOutcome): void;
  circuit(): {
    readonly state: BreakerState;
    readonly reopensAt: number | undefined;
    readonly reason?: string;
  };
  /** Whether its 5xx and 429 answers are the target's own trouble: then they use up no attempts. */
  systemic(): boolean;
  resize(): void;
  inUse(): number;
  close(): void;
}

/** The circuit is open. */
export interface Shut {
  readonly reason: string;
  /** Unix milliseconds. */
  readonly reopensAt: number;
}

export interface TargetGateDeps {
  readonly name: string;
  readonly share: () => Share;
  /** Asks the target something harmless; resolves whether it answered. Never rejects. */
  readonly probe: () => Promise<{ readonly up: boolean; readonly reason: string }>;
  readonly observe: Observe;
  readonly now: () => number;
  /** Called when the circuit opens or closes. */
  readonly changed: () => void;
}

/**
 * While the circuit is open no event is used to find out whether the target is back: a harmless reading call is, one
 * at a time, at growing intervals.
 */
export function createTargetGate(deps: TargetGateDeps): TargetGate {
  const { name, share, probe, observe, now, changed } = deps;
  const permits = createPermits(share, () => performance.now());
  const refused = new Set<DeliveryId>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const breaker = createBreaker({
    threshold: THRESHOLD,
    firstMs: FIRST_PROBE_MS,
    mostMs: MOST_PROBE_MS,
    now,
    changed: (state, reason) => {
      if (state === 'half-open') return;
      clearTimeout(timer);
      if (state === 'open') scheduleProbe();
      tell(state, reason);
      changed();
    },
  });

  let told: BreakerState = 'closed';
  const tell = (state: BreakerState, reason: string | undefined): void => {
    if (state === told) return;
    told = state;
    observe({
      kind: 'notice',
      level: state === 'open' ? 'error' : 'info',
      event: `circuit.${state}`,
      message:
        state === 'open'
          ? `Target ${name} is away; deliveries wait until it answers again`
          : `Target ${name} answers again`,
      data: { target: name, ...(reason === undefined ? {} : { cause: reason }) },
    });
  };

  const ask = async (): Promise<void> => {
    const { up, reason } = await probe().catch((error: unknown) => ({ up: false, reason: String(error) }));
    // Closed meanwhile, or an event that was under way has answered the question
    if (closed || breaker.state() !== 'half-open') return;
    if (up) breaker.succeeded();
    else breaker.failed(reason);
  };

  const scheduleProbe = (): void => {
    if (closed) return;
    timer = setTimeout(
      () => {
        if (!breaker.tryEnter()) return scheduleProbe();
        void ask();
      },
      Math.max(1, (breaker.reopensAt() ?? now()) - now()),
    );
  };

  const shut = (): Shut | undefined => {
    if (breaker.state() === 'closed') return undefined;
    return { reason: breaker.reason() ?? 'the target is away', reopensAt: breaker.reopensAt() ?? now() };
  };

  return {
    async enter(signal) {
      const before = shut();
      if (before !== undefined) return before;
      const permit = await permits.take(signal);
      if (permit === undefined) return undefined;
      // It may have opened while this one waited for its turn
      const after = shut();
      if (after !== undefined) permit();
      return after ?? permit;
    },
    settle(id, outcome) {
      if (outcome.kind === 'interrupted') return;
      if (outcome.kind === 'target-down') return breaker.failed(outcome.reason, outcome.retryAfterMs);
      const unanswered = outcome.kind === 'ambiguous' && outcome.reached === 'sent_no_answer';
      if (unanswered) return breaker.failed(outcome.reason);
      if (isOverload(outcome)) {
        refused.add(id);
        return;
      }
      refused.clear();
      breaker.succeeded();
    },
    circuit: () => {
      const reason = breaker.reason();
      if (reason === undefined && breaker.state() === 'closed') return CLOSED;
      return {
        state: breaker.state(),
        reopensAt: breaker.reopensAt(),
        ...(reason === undefined ? {} : { reason }),
      };
    },
    systemic: () => refused.size >= SYSTEMIC,
    resize: () => permits.resize(),
    inUse: () => permits.inUse(),
    close: () => {
      closed = true;
      clearTimeout(timer);
      permits.close();
    },
  };
}

/** Answers that say more of the target's state than of the event, once several events in a row got them. */
export function isOverload(outcome: DeliveryOutcome): boolean {
  return (
    outcome.kind !== 'delivered' && (outcome.errorClass === 'http_5xx' || outcome.errorClass === 'http_429')
  );
}
