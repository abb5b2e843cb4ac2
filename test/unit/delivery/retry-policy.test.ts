import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/delivery/backoff.js';
import { nextStep, type Situation } from '../../../src/delivery/retry-policy.js';
import { shareOf } from '../../../src/delivery/share.js';
import { nextNumber, startOf, toAttempt, withAttempt } from '../../../src/delivery/timeline.js';
import { NO_PROGRESS } from '../../../src/model/delivery.js';
import { attemptOf, DELIVERED, deliveryOf, failed, T0 } from '../../support/delivery-fakes.js';

describe('backoffMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [10, 512_000],
    [11, 900_000],
    [20, 900_000],
    [2_000, 900_000],
  ])('after attempt %i waits at most %i ms, and any time below', (attempt, most) => {
    expect(backoffMs(attempt, undefined, () => 1)).toBe(most);
    expect(backoffMs(attempt, undefined, () => 0.5)).toBe(most / 2);
    expect(backoffMs(attempt, undefined, () => 0)).toBe(1);
  });

  it('never comes before what the target asked for', () => {
    expect(backoffMs(1, 30_000, () => 0)).toBe(30_000);
    expect(backoffMs(1, 30_000, () => 1)).toBe(33_000);
    expect(backoffMs(11, 1_000, () => 1)).toBe(900_000);
  });
});

const situation = (over: Partial<Situation> = {}): Situation => ({
  now: T0,
  counted: 0,
  maxAttempts: 20,
  giveUpAt: T0 + 3_600_000,
  onAmbiguous: 'reconcile',
  reopensAt: undefined,
  random: () => 0.5,
  ...over,
});

describe('nextStep', () => {
  it.each([
    ['rejected', failed('rejected'), {}, { kind: 'dead' }],
    ['interrupted', failed('interrupted'), {}, { kind: 'again', at: T0, counts: false }],
    [
      'interrupted, last attempt',
      failed('interrupted'),
      { counted: 19 },
      { kind: 'again', at: T0, counts: false },
    ],
    [
      'target-down, circuit open',
      failed('target-down'),
      { reopensAt: T0 + 8_000 },
      { kind: 'again', at: T0 + 9_000, counts: false },
    ],
    [
      'target-down that names a wait',
      failed('target-down', { retryAfterMs: 60_000 }),
      {},
      { kind: 'again', at: T0 + 61_000, counts: false },
    ],
    [
      'target-down, attempts used up',
      failed('target-down'),
      { counted: 19 },
      { kind: 'again', at: T0 + 6_000, counts: false },
    ],
    ['target-down, too late', failed('target-down'), { giveUpAt: T0 }, { kind: 'dead' }],
    [
      'route-broken',
      failed('route-broken'),
      { reopensAt: T0 + 30_000 },
      { kind: 'again', at: T0 + 31_000, counts: false },
    ],
    ['retry', failed('retry'), {}, { kind: 'again', at: T0 + 500, counts: true }],
    [
      'retry after a wait',
      failed('retry', { retryAfterMs: 10_000 }),
      {},
      { kind: 'again', at: T0 + 10_500, counts: true },
    ],
    [
      'retry, next to last',
      failed('retry'),
      { counted: 18 },
      { kind: 'again', at: T0 + 450_000, counts: true },
    ],
    ['retry, last', failed('retry'), { counted: 19 }, { kind: 'dead' }],
    [
      'retry, cut short by the end',
      failed('retry'),
      { counted: 18, giveUpAt: T0 + 1_000 },
      { kind: 'again', at: T0 + 1_000, counts: true },
    ],
    ['relogin', failed('relogin'), {}, { kind: 'again', at: T0 + 500, counts: true }],
    ['ambiguous, reconcile', failed('ambiguous'), {}, { kind: 'again', at: T0 + 2_000, counts: true }],
    [
      'ambiguous, retry',
      failed('ambiguous'),
      { onAmbiguous: 'retry' },
      { kind: 'again', at: T0 + 500, counts: true },
    ],
    ['ambiguous, park', failed('ambiguous'), { onAmbiguous: 'park' }, { kind: 'dead' }],
  ] as const)('%s', (_name, outcome, over, expected) => {
    expect(nextStep(outcome, situation(over))).toEqual(expected);
  });
});

describe('the timeline', () => {
  it('keeps the first 5 and the last 45, and goes on numbering', () => {
    let progress = NO_PROGRESS;
    for (let i = 0; i < 200; i += 1)
      progress = withAttempt(progress, attemptOf({ number: nextNumber(progress) }));
    const numbers = progress.attempts.map(({ number }) => number);
    expect(numbers).toHaveLength(50);
    expect(numbers.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 156]);
    expect(numbers.at(-1)).toBe(200);
    expect(progress.dropped).toBe(150);
    expect(nextNumber(progress)).toBe(201);
  });

  it('counts give_up_after from a new try, else a replay, else the acceptance', () => {
    const replay = { of: deliveryOf().id, by: 'ann', reason: 'again', at: T0 + 5, edited: false };
    expect(startOf(deliveryOf(), NO_PROGRESS)).toBe(T0);
    expect(startOf(deliveryOf({ replay }), NO_PROGRESS)).toBe(T0 + 5);
    expect(startOf(deliveryOf({ replay }), { ...NO_PROGRESS, since: T0 + 9 })).toBe(T0 + 9);
  });

  it('says what a call was', () => {
    const at = { number: 1, startedAt: T0, durationMs: 2 };
    expect(toAttempt(DELIVERED, at, 'h')).toMatchObject({
      outcome: 'delivered',
      jobId: 'j-1',
      bodyHash: 'h',
    });
    const answer = { status: 500, excerpt: 'oh' };
    expect(toAttempt(failed('retry', { answer }), at)).toMatchObject({ status: 500, answer: 'oh' });
  });
});

describe('shareOf', () => {
  it.each([1, 2, 3, 7, 40])('gives %i workers together exactly what there is', (count) => {
    const shares = Array.from({ length: count }, (_, rank) =>
      shareOf({ concurrency: 32, rateLimit: 50 }, { count, rank }),
    );
    const able = shares.filter(({ concurrency }) => concurrency > 0);
    expect(shares.reduce((sum, { concurrency }) => sum + concurrency, 0)).toBe(32);
    expect(able.reduce((sum, { rateLimit = 0 }) => sum + rateLimit, 0)).toBeCloseTo(50);
  });

  it('is nothing while the place is not known', () => {
    expect(shareOf({ concurrency: 32 }, undefined)).toEqual({ concurrency: 0 });
  });
});
