/** A target's circuit or a route's pause: closed = everything goes, open = nothing, half-open = one probe at a time. */
export interface Breaker {
  state(): BreakerState;
  /** Unix milliseconds of the next probe, while open. */
  reopensAt(): number | undefined;
  /** Why it is open. */
  reason(): string | undefined;
  /** May one go? While open, once at a time and only when its wait is over. */
  tryEnter(): boolean;
  succeeded(): void;
  /** `waitMs`: what the other side asked for. */
  failed(reason: string, waitMs?: number): void;
  /** One that entered ended without a word on the other side: it was neither. */
  abandoned(): void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** The first wait, in milliseconds; doubled after every failed probe up to `mostMs`. */
  readonly firstMs: number;
  readonly mostMs: number;
  readonly now: () => number;
  readonly changed: (state: BreakerState, reason: string | undefined) => void;
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { threshold, firstMs, mostMs, now, changed } = options;
  let state: BreakerState = 'closed';
  let failures = 0;
  let waitMs = firstMs;
  let openedAt = 0;
  let reopensAt = 0;
  let reason: string | undefined;

  const become = (next: BreakerState): void => {
    if (state === next) return;
    state = next;
    changed(next, reason);
  };

  return {
    state: () => state,
    reopensAt: () => (state === 'closed' ? undefined : reopensAt),
    reason: () => reason,
    tryEnter() {
      if (state === 'closed') return true;
      if (state === 'half-open') return false;
      const at = now();
      // A clock that was set back must not prolong the wait
      if (at >= openedAt && at < reopensAt) return false;
      become('half-open');
      return true;
    },
    succeeded() {
      failures = 0;
      waitMs = firstMs;
      reason = undefined;
      become('closed');
    },
    failed(why, asked) {
      failures += 1;
      reason = why;
      // Late failures of calls that were under way when it opened say nothing new
      if (state === 'open') return;
      if (state === 'closed' && failures < threshold && asked === undefined) return;
      if (state === 'half-open') waitMs = Math.min(waitMs * 2, mostMs);
      openedAt = now();
      reopensAt = openedAt + Math.max(waitMs, asked ?? 0);
      become('open');
    },
    abandoned() {
      if (state === 'half-open') become('open');
    },
  };
}
