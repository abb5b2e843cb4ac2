import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTargetGate, type TargetGate } from '../../../src/delivery/target-gate.js';
import type { DeliveryId } from '../../../src/model/ids.js';
import type { Observation } from '../../../src/model/observation.js';
import { DELIVERED, failed } from '../../support/delivery-fakes.js';

beforeEach(() => void vi.useFakeTimers());
const gates: TargetGate[] = [];
afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
  vi.useRealTimers();
});

function open(concurrency = 2) {
  const probes: number[] = [];
  const seen: string[] = [];
  const state = { up: false, broken: false };
  const gate = createTargetGate({
    name: 'soar',
    share: () => ({ concurrency }),
    probe: () => {
      probes.push(Date.now());
      if (state.broken) return Promise.reject(new Error('a probe that breaks its word'));
      return Promise.resolve({ up: state.up, reason: 'refused' });
    },
    observe: (each: Observation) => each.kind === 'notice' && seen.push(each.event),
    now: Date.now,
    changed: () => seen.push('changed'),
  });
  gates.push(gate);
  return { gate, probes, seen, state };
}
const id = (n: number): DeliveryId => `dlv_${n}` as DeliveryId;
const signal = new AbortController().signal;

describe('createTargetGate', () => {
  it('opens after five failures in a row, asks at growing intervals, closes on the first answer', async () => {
    const { gate, probes, seen, state } = open();
    const start = Date.now();
    for (let i = 0; i < 4; i += 1) gate.settle(id(1), failed('target-down'));
    expect(gate.circuit().state).toBe('closed');
    gate.settle(id(1), failed('ambiguous', { reached: 'sent_no_answer' }));
    expect(await gate.enter(signal)).toEqual({ reason: 'it said no', reopensAt: start + 1_000 });
    await vi.advanceTimersByTimeAsync(120_000);
    const gaps = probes.map((at, i) => at - (probes[i - 1] ?? start));
    expect(gaps.slice(0, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    state.up = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(gate.circuit().state).toBe('closed');
    const asked = probes.length;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(probes).toHaveLength(asked);
    expect(seen.filter((each) => each !== 'changed')).toEqual(['circuit.open', 'circuit.closed']);
  });

  it('goes on asking when a probe throws', async () => {
    const { gate, probes, state } = open();
    state.broken = true;
    gate.settle(id(1), failed('target-down', { retryAfterMs: 500 }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(probes.length).toBeGreaterThan(2);
    expect(gate.circuit().state).toBe('open');
  });

  it('turns back those that waited for a place while it opened, and gives the place back', async () => {
    const { gate } = open(1);
    const permit = await gate.enter(signal);
    const waiting = gate.enter(signal);
    gate.settle(id(1), failed('target-down', { retryAfterMs: 5_000 }));
    if (typeof permit === 'function') permit();
    expect(await waiting).toMatchObject({ reason: 'it said no' });
    expect(gate.inUse()).toBe(0);
  });

  it('takes 5xx of three different deliveries for an outage, of one for its own trouble', () => {
    const { gate } = open();
    for (let i = 0; i < 9; i += 1) gate.settle(id(1), failed('retry'));
    expect(gate.systemic()).toBe(false);
    gate.settle(id(2), failed('retry'));
    gate.settle(id(3), failed('retry'));
    expect(gate.systemic()).toBe(true);
    gate.settle(id(4), DELIVERED);
    expect(gate.systemic()).toBe(false);
  });

  it('asks no more once closed', async () => {
    const { gate, probes } = open();
    gate.settle(id(1), failed('target-down', { retryAfterMs: 500 }));
    gate.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(probes).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
