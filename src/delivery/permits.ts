import type { Share } from './ports.js';

/** Leave to make one call; given back when the call is over. */
export type Permit = () => void;

export interface Permits {
  /** Waits for its turn, first come first served; `undefined` when `signal` fires before that. */
  take(signal: AbortSignal): Promise<Permit | undefined>;
  /** Another share takes effect for the next ones. */
  resize(): void;
  inUse(): number;
  close(): void;
}

interface Waiting {
  readonly give: (permit: Permit | undefined) => void;
}

/**
 * Concurrency and rate of one target in this process. `share` is what this process may use of it, out of what all
 * together may; it changes as workers come and go. `clock` is one that nobody sets, in milliseconds.
 */
export function createPermits(share: () => Share, clock: () => number): Permits {
  const waiting: Waiting[] = [];
  let inUse = 0;
  /** By the clock: no further call may start before. */
  let nextStart = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** For one that is counted already. */
  const grant = (): Permit =>
    once(() => {
      inUse -= 1;
      if (waiting.length > 0) pump();
    });
  const pump = (): void => {
    const { concurrency, rateLimit } = share();
    while (waiting.length > 0 && inUse < concurrency) {
      const wait = rateLimit === undefined ? 0 : nextStart - clock();
      if (wait > 0) {
        timer ??= setTimeout(() => {
          timer = undefined;
          pump();
        }, wait);
        return;
      }
      if (rateLimit !== undefined) nextStart = Math.max(nextStart, clock()) + 1_000 / rateLimit;
      inUse += 1;
      waiting.shift()?.give(grant());
    }
  };

  return {
    take: (signal) => {
      const { concurrency, rateLimit } = share();
      const isFree = waiting.length === 0 && rateLimit === undefined && inUse < concurrency;
      // The usual case waits for nothing, so nothing need listen for the end of its wait
      if (isFree && !signal.aborted && !closed) {
        inUse += 1;
        return Promise.resolve(grant());
      }
      return new Promise((resolve) => {
        const entry: Waiting = {
          give: (permit) => {
            signal.removeEventListener('abort', leave);
            resolve(permit);
          },
        };
        const leave = (): void => {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          resolve(undefined);
        };
        if (signal.aborted || closed) return resolve(undefined);
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(entry);
        pump();
      });
    },
    resize: () => {
      // The rate may have grown: what waits by the old one is counted anew
      clearTimeout(timer);
      timer = undefined;
      pump();
    },
    inUse: () => inUse,
    close: () => {
      closed = true;
      clearTimeout(timer);
      for (const { give } of waiting.splice(0)) give(undefined);
    },
  };
}

function once(run: () => void): Permit {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
