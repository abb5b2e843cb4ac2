import { describe, expect, it } from 'vitest';
import { createHistory, quantile } from '../../../../src/ops/console/history.js';
import type { SourceTotals } from '../../../../src/ops/console/ports.js';

const MINUTE = 60_000;

function totals(accepted: number, delivered: number, waiting = 0): readonly SourceTotals[] {
  return [{ source: 'a', accepted, delivered, dead: 0, discarded: 0, waiting }];
}

describe('history', () => {
  it('counts what the totals grew by, not what was there before it looked', () => {
    let now = 100 * MINUTE;
    const history = createHistory(() => now);
    history.sample(totals(1_000, 900));
    now += MINUTE;
    history.sample(totals(1_010, 904, 6));
    const last = history.buckets('1h').at(-1);
    expect(last).toMatchObject({ accepted: 10, delivered: 4, waiting: 6 });
    expect(history.buckets('1h')).toHaveLength(60);
    expect(history.acceptedPerMinute('a')).toBe(10);
    expect(history.buckets('24h').at(-1)?.accepted).toBe(10);
  });

  it('takes totals that shrank (a Redis that came back empty) for no growth', () => {
    let now = 0;
    const history = createHistory(() => now);
    history.sample(totals(50, 50));
    now += MINUTE;
    history.sample(totals(2, 1));
    expect(history.buckets('1h').at(-1)).toMatchObject({ accepted: 0, delivered: 0 });
  });

  it('forgets what is older than its range, and keeps no more than that', () => {
    let now = 0;
    const history = createHistory(() => now);
    for (let i = 0; i < 500; i += 1) {
      history.sample(totals(i, i));
      now += MINUTE;
    }
    const buckets = history.buckets('1h');
    expect(buckets).toHaveLength(60);
    expect(buckets.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(59);
  });
});

describe('quantile', () => {
  it.each([
    [[], 0.5, undefined],
    [[7], 0.95, 7],
    [[3, 1, 2], 0.5, 2],
    [Array.from({ length: 100 }, (_, i) => i + 1), 0.95, 95],
  ])('of %j at %d is %s', (values, part, expected) => {
    expect(quantile(values, part)).toBe(expected);
  });
});
