import { describe, expect, it } from 'vitest';
import { createLimits } from '../../../src/intake/limits.js';
import { Problem } from '../../../src/model/problem.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { NOW } from '../../support/raw-request.js';

function setUp() {
  let now = NOW;
  let waiting = 0;
  const limits = createLimits({ now: () => now, pending: () => waiting });
  return {
    pass: (ms: number) => void (now += ms),
    wait: (deliveries: number) => void (waiting = deliveries),
    ask: (over: Parameters<typeof handMadeSource>[0]): string => {
      try {
        limits.admit(handMadeSource(over));
        return 'ok';
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return `${error.status} ${error.code} ${error.details.retryAfterSeconds}`;
      }
    },
  };
}

const times = (count: number, ask: () => string): string[] => Array.from({ length: count }, ask);

describe('the limits of a source', () => {
  it('are none where none is set', () => {
    const { ask } = setUp();
    expect(new Set(times(10_000, () => ask({})))).toEqual(new Set(['ok']));
  });

  it("allow a second's worth at once, and then the rate", () => {
    const { ask, pass } = setUp();
    const five = (): string => ask({ rateLimit: 5 });
    expect(times(7, five)).toEqual([...times(5, () => 'ok'), ...times(2, () => '429 rate_limited 1')]);
    pass(199);
    expect(five()).toBe('429 rate_limited 1');
    pass(1);
    expect(times(2, five)).toEqual(['ok', '429 rate_limited 1']);
    pass(60_000);
    expect(times(6, five)).toEqual([...times(5, () => 'ok'), '429 rate_limited 1']);
  });

  it('let pass what they promise over a long time, and no more', () => {
    const { ask, pass } = setUp();
    let passed = 0;
    for (let ms = 0; ms < 60_000; ms += 10) {
      if (ask({ rateLimit: 20 }) === 'ok') passed += 1;
      pass(10);
    }
    expect(passed).toBeGreaterThanOrEqual(20 * 60);
    expect(passed).toBeLessThanOrEqual(20 * 61);
  });

  it('may be less than one in a second, and say when to come back', () => {
    const { ask, pass } = setUp();
    const slow = (): string => ask({ rateLimit: 0.1 });
    expect(times(2, slow)).toEqual(['ok', '429 rate_limited 10']);
    pass(9_999);
    expect(slow()).toBe('429 rate_limited 1');
    pass(1);
    expect(slow()).toBe('ok');
  });

  it('are kept for each source apart', () => {
    const { ask } = setUp();
    expect(ask({ name: 'a', rateLimit: 1 })).toBe('ok');
    expect(ask({ name: 'b', rateLimit: 1 })).toBe('ok');
    expect(ask({ name: 'a', rateLimit: 1 })).toBe('429 rate_limited 1');
  });

  it('hold events back while too many wait, without using up the rate', () => {
    const { ask, wait } = setUp();
    const both = (): string => ask({ rateLimit: 1, maxPending: 10 });
    wait(10);
    expect(times(3, both)).toEqual(times(3, () => '503 overloaded 30'));
    wait(9);
    expect(both()).toBe('ok');
  });
});
