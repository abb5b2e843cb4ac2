import type { Observation } from '../../model/observation.js';
import type { SourceTotals } from './ports.js';

/** What happened within one step of time. */
export interface Bucket {
  /** Unix milliseconds of its begin. */
  readonly at: number;
  accepted: number;
  delivered: number;
  dead: number;
  /** Attempts by the word they ended with. */
  readonly attempts: Map<string, number>;
  /** Deliveries that waited, as last seen in it; `undefined` where nobody looked. */
  waiting: number | undefined;
  /** Milliseconds from acceptance to the end, of deliveries that this process delivered. */
  readonly latencies: number[];
  /** Accepted events by source. */
  readonly bySource: Map<string, number>;
}

export type Range = '1h' | '24h';

const RANGES: Readonly<Record<Range, { readonly stepMs: number; readonly size: number }>> = {
  '1h': { stepMs: 60_000, size: 60 },
  '24h': { stepMs: 900_000, size: 96 },
};
const LATENCIES_KEPT = 500;
/** Over so many minutes a rate is taken. */
const RATE_MINUTES = 5;

export type History = ReturnType<typeof createHistory>;

/**
 * The last hour by minutes and the last day by quarters of an hour, in memory. Counts come from the store's totals,
 * which hold for all processes; latency and attempts are what this process has seen.
 */
export function createHistory(now: () => number) {
  const rings = new Map<Range, Map<number, Bucket>>([
    ['1h', new Map()],
    ['24h', new Map()],
  ]);
  const before = new Map<string, SourceTotals>();
  let current: readonly SourceTotals[] = [];
  const startedAt = now();

  const each = (change: (bucket: Bucket) => void): void => {
    for (const [range, ring] of rings) change(bucketAt(ring, range, now()));
  };

  return {
    startedAt,

    /** Takes the totals of this moment; what they grew by since the last time belongs to this step. */
    sample(totals: readonly SourceTotals[]): void {
      const waiting = totals.reduce((sum, each_) => sum + each_.waiting, 0);
      each((bucket) => void (bucket.waiting = waiting));
      for (const total of totals) {
        const last = before.get(total.source);
        before.set(total.source, total);
        if (last === undefined) continue;
        const grown = (name: 'accepted' | 'delivered' | 'dead'): number =>
          Math.max(0, total[name] - last[name]);
        each((bucket) => {
          bucket.accepted += grown('accepted');
          bucket.delivered += grown('delivered');
          bucket.dead += grown('dead');
          bucket.bySource.set(total.source, (bucket.bySource.get(total.source) ?? 0) + grown('accepted'));
        });
      }
      current = totals;
    },

    observe(this: void, seen: Observation): void {
      if (seen.kind === 'attempt') {
        const word = seen.attempt.outcome;
        each((bucket) => void bucket.attempts.set(word, (bucket.attempts.get(word) ?? 0) + 1));
      }
      if (seen.kind === 'delivery-ended' && seen.state === 'delivered') {
        each((bucket) => {
          if (bucket.latencies.length < LATENCIES_KEPT) bucket.latencies.push(seen.durationMs);
          else bucket.latencies[Math.floor(Math.random() * LATENCIES_KEPT)] = seen.durationMs;
        });
      }
    },

    /** Oldest first, without a gap: a step in which nothing happened is there, too. */
    buckets(range: Range): readonly Bucket[] {
      const { stepMs, size } = RANGES[range];
      const ring = rings.get(range) ?? new Map<number, Bucket>();
      const last = Math.floor(now() / stepMs);
      return Array.from({ length: size }, (_, i) => {
        const step = last - size + 1 + i;
        return ring.get(step) ?? emptyBucket(step * stepMs);
      });
    },

    /** The totals as last sampled; empty before the first time. */
    totals: (): readonly SourceTotals[] => current,

    /** Accepted events a minute, over the last minutes. */
    acceptedPerMinute(source: string): number {
      const step = Math.floor(now() / 60_000);
      const ring = rings.get('1h');
      let sum = 0;
      for (let i = 0; i < RATE_MINUTES; i += 1) sum += ring?.get(step - i)?.bySource.get(source) ?? 0;
      const watched = Math.min(RATE_MINUTES, Math.max(1, (now() - startedAt) / 60_000));
      return sum / watched;
    },
  };
}

function bucketAt(ring: Map<number, Bucket>, range: Range, now: number): Bucket {
  const { stepMs, size } = RANGES[range];
  const step = Math.floor(now / stepMs);
  let bucket = ring.get(step);
  if (bucket === undefined) {
    bucket = emptyBucket(step * stepMs);
    ring.set(step, bucket);
    for (const old of ring.keys()) if (old <= step - size) ring.delete(old);
  }
  return bucket;
}

function emptyBucket(at: number): Bucket {
  return {
    at,
    accepted: 0,
    delivered: 0,
    dead: 0,
    attempts: new Map(),
    waiting: undefined,
    latencies: [],
    bySource: new Map(),
  };
}

/** The value below which a part of them lies; `undefined` of none. */
export function quantile(values: readonly number[], part: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
}
