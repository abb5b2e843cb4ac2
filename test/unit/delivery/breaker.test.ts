import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../src/delivery/breaker.js';
import { createRoutePauses } from '../../../src/delivery/route-pauses.js';
import type { Observation } from '../../../src/model/observation.js';
import { T0 } from '../../support/delivery-fakes.js';

function breaker(threshold = 3) {
  const time = { now: T0 };
  const changes: string[] = [];
  const made = createBreaker({
    threshold,
    firstMs: 1_000,
    mostMs: 4_000,
    now: () => time.now,
    changed: (state) => changes.push(state),
  });
  return { made, time, changes };
}

describe('createBreaker', () => {
  it('opens after so many failures in a row, not before', () => {
    const { made } = breaker();
    made.failed('no');
    made.failed('no');
    made.succeeded();
    made.failed('no');
    made.failed('no');
    expect(made.state()).toBe('closed');
    made.failed('still no');
    expect([made.state(), made.reason(), made.reopensAt()]).toEqual(['open', 'still no', T0 + 1_000]);
  });

  it('believes one that names a wait at once', () => {
    const { made } = breaker();
    made.failed('maintenance', 60_000);
    expect(made.reopensAt()).toBe(T0 + 60_000);
  });

  it('lets one in when its wait is over, waits longer after each failure, up to a most', () => {
    const { made, time } = breaker(1);
    made.failed('no');
    for (const wait of [1_000, 2_000, 4_000, 4_000]) {
      expect(made.tryEnter()).toBe(false);
      time.now += wait;
      expect(made.tryEnter()).toBe(true);
      expect(made.tryEnter()).toBe(false);
      made.failed('no');
    }
    time.now += 4_000;
    made.tryEnter();
    made.succeeded();
    made.failed('no');
    expect(made.reopensAt()).toBe(time.now + 1_000);
  });

  it('lets the next one in when the one that entered learnt nothing', () => {
    const { made, time } = breaker(1);
    made.failed('no');
    time.now += 1_000;
    expect(made.tryEnter()).toBe(true);
    made.abandoned();
    expect(made.tryEnter()).toBe(true);
  });

  it('does not wait an hour because the clock was set back an hour', () => {
    const { made, time } = breaker(1);
    made.failed('no');
    time.now -= 3_600_000;
    expect(made.tryEnter()).toBe(true);
  });

  it('late failures change nothing while it is open', () => {
    const { made, time, changes } = breaker(1);
    made.failed('no');
    time.now += 500;
    made.failed('late');
    expect(made.reopensAt()).toBe(T0 + 1_000);
    expect(changes).toEqual(['open']);
  });
});

describe('createRoutePauses', () => {
  it('pauses one route alone, says so once, and forgets all at a reset', () => {
    const time = { now: T0 };
    const seen: Observation[] = [];
    const pauses = createRoutePauses(
      (each) => seen.push(each),
      () => time.now,
    );
    pauses.of('a', 'x').failed('404');
    expect(pauses.of('a', 'x').tryEnter()).toBe(false);
    expect(pauses.of('a', 'y').tryEnter()).toBe(true);
    for (let i = 0; i < 5; i += 1) {
      time.now += 300_000;
      expect(pauses.of('a', 'x').tryEnter()).toBe(true);
      pauses.of('a', 'x').failed('404 still');
    }
    expect(pauses.list()).toEqual([{ source: 'a', route: 'x', reason: '404 still' }]);
    pauses.reset();
    expect(pauses.list()).toEqual([]);
    expect(seen.map((each) => each.kind === 'notice' && each.event)).toEqual([
      'route.paused',
      'route.resumed',
    ]);
  });
});
