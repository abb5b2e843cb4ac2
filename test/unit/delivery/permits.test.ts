import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPermits } from '../../../src/delivery/permits.js';
import type { Share } from '../../../src/delivery/ports.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function permits(share: Share) {
  const state = { share };
  const made = createPermits(
    () => state.share,
    () => performance.now(),
  );
  return { made, state };
}
const free = (): AbortSignal => new AbortController().signal;

describe('createPermits', () => {
  it('never gives more than its concurrency, first come first served', async () => {
    const { made } = permits({ concurrency: 2 });
    const [a, b] = await Promise.all([made.take(free()), made.take(free())]);
    const order: number[] = [];
    const third = made.take(free()).then((permit) => (order.push(3), permit));
    const fourth = made.take(free()).then((permit) => (order.push(4), permit));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([made.inUse(), order]).toEqual([2, []]);
    a?.();
    a?.();
    await third;
    expect([made.inUse(), order]).toEqual([2, [3]]);
    b?.();
    await fourth;
    expect(order).toEqual([3, 4]);
  });

  it('spaces starts by the rate', async () => {
    const { made } = permits({ concurrency: 100, rateLimit: 10 });
    let given = 0;
    for (let i = 0; i < 30; i += 1) void made.take(free()).then(() => (given += 1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(given).toBeGreaterThanOrEqual(10);
    expect(given).toBeLessThanOrEqual(11);
    made.close();
  });

  it('takes another share at once, a higher rate too', async () => {
    const { made, state } = permits({ concurrency: 0 });
    let given = 0;
    for (let i = 0; i < 3; i += 1) void made.take(free()).then(() => (given += 1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(given).toBe(0);
    state.share = { concurrency: 3, rateLimit: 0.001 };
    made.resize();
    await vi.advanceTimersByTimeAsync(0);
    expect(given).toBe(1);
    state.share = { concurrency: 3 };
    made.resize();
    await vi.advanceTimersByTimeAsync(0);
    expect(given).toBe(3);
  });

  it('lets go at shutdown and leaves no listener behind', async () => {
    const { made } = permits({ concurrency: 1 });
    const stopping = new AbortController();
    const first = await made.take(stopping.signal);
    const second = made.take(stopping.signal);
    stopping.abort();
    expect(await second).toBeUndefined();
    expect(await made.take(stopping.signal)).toBeUndefined();
    first?.();
    expect([made.inUse(), getEventListeners(stopping.signal, 'abort')]).toEqual([0, []]);
  });

  it('gives nothing once closed', async () => {
    const { made } = permits({ concurrency: 1 });
    await made.take(free());
    const waiting = made.take(free());
    made.close();
    expect([await waiting, await made.take(free())]).toEqual([undefined, undefined]);
  });
});
