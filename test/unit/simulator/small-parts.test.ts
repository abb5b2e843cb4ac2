import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedList } from '../../../src/simulator/bounded-list.js';
import { DueHeap } from '../../../src/simulator/due-heap.js';
import { planLife, statusAt } from '../../../src/simulator/job-life.js';
import { createRandom, STREAM } from '../../../src/simulator/random.js';
import { DEFAULT_SETTINGS } from '../../../src/simulator/settings.js';

describe('what is due', () => {
  it('comes out in order, and not before its time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.nat(60), (times, now) => {
        const heap = new DueHeap<{ appearsAt: number; n: number }>();
        const items = times.map((appearsAt, n) => ({ appearsAt, n }));
        for (const item of items) heap.push(item);
        const out: typeof items = [];
        for (let item = heap.popDue(now); item !== undefined; item = heap.popDue(now)) out.push(item);
        const due = items.filter(({ appearsAt }) => appearsAt <= now);
        expect(out).toEqual(due.toSorted((a, b) => a.appearsAt - b.appearsAt || a.n - b.n));
        expect(heap.size).toBe(items.length - due.length);
      }),
    );
  });
});

describe('a bounded list', () => {
  it('is a queue, however much went through it', () => {
    const list = new BoundedList<number>();
    for (let i = 0; i < 10_000; i += 1) {
      list.push(i);
      if (list.size > 100) expect(list.shift()).toBe(i - 100);
    }
    expect([list.size, list.at(0), list.at(99), list.at(100)]).toEqual([100, 9_900, 9_999, undefined]);
  });
});

describe('chance', () => {
  it('gives every number its own UUID, and other seeds others', () => {
    const random = createRandom(1);
    const ids = new Set(Array.from({ length: 100_000 }, (_, n) => random.uuid(STREAM.jobId, n)));
    expect(ids.size).toBe(100_000);
    expect(ids.has(createRandom(2).uuid(STREAM.jobId, 0))).toBe(false);
  });

  it('is even', () => {
    const random = createRandom(3);
    const counts = [0, 0, 0, 0, 0];
    for (let n = 0; n < 50_000; n += 1) {
      const drawn = random.within([0, 4], STREAM.delay, n);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('lets jobs end as often as the weights say', () => {
    const random = createRandom(4);
    const ends: Record<string, number> = {};
    for (let n = 0; n < 20_000; n += 1) {
      const { outcome } = planLife(DEFAULT_SETTINGS, random, n, 0);
      ends[outcome] = (ends[outcome] ?? 0) + 1;
    }
    expect(ends['succeeded']! / 20_000).toBeCloseTo(0.92, 1);
    expect(ends['failed']! / 20_000).toBeCloseTo(0.05, 1);
    expect(Object.keys(ends).toSorted()).toEqual(Object.keys(DEFAULT_SETTINGS.outcomes).toSorted());
  });

  it('keeps every job within the spans that are set', () => {
    const random = createRandom(5);
    for (let n = 0; n < 1_000; n += 1) {
      const life = planLife(DEFAULT_SETTINGS, random, n, 1_000);
      expect(life.appearsAt).toBeGreaterThanOrEqual(1_300);
      expect(life.appearsAt).toBeLessThanOrEqual(2_500);
      expect(life.endsAt - life.appearsAt).toBeGreaterThanOrEqual(1_000);
      expect(life.endsAt - life.appearsAt).toBeLessThanOrEqual(3_000);
      expect([life.appearsAt, life.startsAt, life.endsAt].map((at) => statusAt(life, at))).toEqual([
        'queued',
        'running',
        life.outcome,
      ]);
    }
  });
});
