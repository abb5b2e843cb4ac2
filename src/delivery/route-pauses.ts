import type { Observe } from '../model/observation.js';
import { createBreaker, type Breaker } from './breaker.js';

/** A broken route is tried again after 30 s, then ever more rarely. */
const FIRST_MS = 30_000;
const MOST_MS = 300_000;

/** Routes that pause because their workflow or rights are broken; each alone, and each resumes by itself. */
export interface RoutePauses {
  of(source: string, route: string): Breaker;
  list(): readonly { readonly source: string; readonly route: string; readonly reason: string }[];
  /** Forgets every pause: for a changed configuration. */
  reset(): void;
}

export function createRoutePauses(observe: Observe, now: () => number): RoutePauses {
  const pauses = new Map<string, { source: string; route: string; breaker: Breaker }>();
  const open = (source: string, route: string): Breaker => {
    let told = false;
    return createBreaker({
      // One event is enough to know that a workflow does not exist
      threshold: 1,
      firstMs: FIRST_MS,
      mostMs: MOST_MS,
      now,
      changed: (state, reason) => {
        if (state === 'half-open' || (state === 'open') === told) return;
        told = state === 'open';
        observe({
          kind: 'notice',
          level: told ? 'error' : 'info',
          event: told ? 'route.paused' : 'route.resumed',
          message: told
            ? 'A route is broken and pauses; its deliveries wait until it works again'
            : 'A paused route works again',
          data: { source, route, ...(reason === undefined ? {} : { cause: reason }) },
        });
      },
    });
  };
  return {
    of(source, route) {
      const key = `${source}/${route}`;
      let found = pauses.get(key);
      if (found === undefined) pauses.set(key, (found = { source, route, breaker: open(source, route) }));
      return found.breaker;
    },
    list: () =>
      [...pauses.values()]
        .filter(({ breaker }) => breaker.state() !== 'closed')
        .map(({ source, route, breaker }) => ({ source, route, reason: breaker.reason() ?? '' })),
    reset: () => {
      for (const { breaker } of pauses.values()) breaker.succeeded();
      pauses.clear();
    },
  };
}
