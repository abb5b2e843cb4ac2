import type { Compacted } from './compact.js';

/** Between two goes while there is something to do, and a source's rest when there is not. Milliseconds. */
const TICK_MS = 100;
const REST_MS = 1_000;
/** So many wait for a worker: a backlog. At a thousand events a second, some always do. */
const BACKLOG = 100;
/** Of each tick, in which other work goes on between the batches. Milliseconds. */
const SLICE_MS = 20;
/** The share of the last tick in which this process was at work, above which it is left alone. */
const BUSY = 0.6;
/** One process does it for all. Milliseconds. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** What is under way at the end is waited for so long: with Redis away it would not end by itself. Milliseconds. */
const STOP_MS = 500;

/**
 * Packs what is delivered, in the background, until stopped. It stands back while this process is busy, and takes one batch
 * a tick while a backlog of deliveries waits for workers. What fails (Redis away) is made up for by the next go.
 */
export function startCompacting(deps: {
  readonly sources: () => readonly string[];
  readonly lease: (name: string, ms: number) => Promise<boolean>;
  readonly compact: (source: string) => Promise<Compacted>;
}): { stop(): Promise<void> } {
  const { sources, lease, compact } = deps;
  const restUntil = new Map<string, number>();
  let used = performance.eventLoopUtilization();
  let held = false;
  let renewAt = 0;
  const stopping = new AbortController();
  const { signal } = stopping;

  const isBusy = (): boolean => {
    const before = used;
    used = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(used, before).utilization > BUSY;
  };

  /** Answers after how many milliseconds to go on. */
  const go = async (): Promise<number> => {
    if (isBusy()) return TICK_MS;
    const at = performance.now();
    if (at >= renewAt) {
      held = await lease('compact', LEASE_MS);
      renewAt = at + RENEW_MS;
    }
    if (!held) return REST_MS;
    let pause = REST_MS;
    for (const source of sources().filter((name) => (restUntil.get(name) ?? 0) <= at)) {
      if (signal.aborted) break;
      let last: Compacted;
      do last = await compact(source);
      while (last.more && last.waiting < BACKLOG && !signal.aborted && performance.now() < at + SLICE_MS);
      if (last.more) pause = TICK_MS;
      else restUntil.set(source, at + REST_MS);
    }
    return pause;
  };

  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = go()
        .catch(() => REST_MS)
        .then((pause) => {
          if (!signal.aborted) schedule(pause);
        });
    }, ms);
  };
  schedule(TICK_MS);
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      let giveUp: NodeJS.Timeout | undefined;
      const longEnough = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, STOP_MS)));
      await Promise.race([running, longEnough]);
      clearTimeout(giveUp);
    },
  };
}
