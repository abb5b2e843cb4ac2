import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Compacted } from '../../../src/queue/compact.js';
import { startCompacting } from '../../../src/queue/start-compacting.js';

const DONE: Compacted = { more: false, waiting: 0 };
const MORE: Compacted = { more: true, waiting: 100 };

describe('packing in the background', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** So busy is this process. */
  const busy = (utilization: number): void =>
    void vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ idle: 1, active: 1, utilization });
  const start = (answers: Readonly<Record<string, Compacted>> = { a: DONE }, held = true) => {
    const compact = vi.fn<(source: string) => Promise<Compacted>>(async (source) => answers[source] ?? DONE);
    const lease = vi.fn<() => Promise<boolean>>(async () => held);
    return { compact, lease, ...startCompacting({ sources: () => Object.keys(answers), lease, compact }) };
  };

  it('looks once a second at a source that is done, and at each tick at one that is not', async () => {
    busy(0.1);
    const { compact, lease, stop } = start({ a: DONE, b: MORE });
    await vi.advanceTimersByTimeAsync(4_950);
    const asked = compact.mock.calls.map(([source]) => source);
    expect(asked.filter((source) => source === 'a')).toHaveLength(5);
    expect(asked.filter((source) => source === 'b')).toHaveLength(49);
    expect(lease).toHaveBeenCalledTimes(1);
    await stop();
  });

  it('does nothing while the process is busy, or another one does it', async () => {
    busy(0.7);
    const one = start();
    const other = start({ a: MORE }, false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(other.lease).not.toHaveBeenCalled();
    busy(0.5);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(one.compact).toHaveBeenCalled();
    expect(other.lease).toHaveBeenCalledTimes(1);
    expect(other.compact).not.toHaveBeenCalled();
    await Promise.all([one.stop(), other.stop()]);
  });

  it('goes on after a failure, and is over once it is stopped', async () => {
    busy(0.1);
    const { compact, stop } = start();
    compact.mockRejectedValueOnce(new Error('Redis is away'));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(compact).toHaveBeenCalledTimes(2);
    let finish: (answer: Compacted) => void = () => undefined;
    compact.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    await vi.advanceTimersByTimeAsync(1_000);
    const stopped = stop();
    finish(MORE);
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
    expect(compact).toHaveBeenCalledTimes(3);
  });

  it('is over half a second after the end though Redis does not answer, and then does nothing more', async () => {
    busy(0.1);
    const { compact, stop } = start({ a: MORE, b: MORE });
    let finish: (answer: Compacted) => void = () => undefined;
    compact.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    await vi.advanceTimersByTimeAsync(200);
    let over = false;
    const stopped = stop().then(() => (over = true));
    await vi.advanceTimersByTimeAsync(499);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
    finish(MORE);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(compact).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
