import { afterEach, describe, expect, it } from 'vitest';
import { createDeliver, MAX_LOST_STARTS } from '../../../src/delivery/deliver.js';
import type { Finding } from '../../../src/delivery/reconcile.js';
import { createRoutePauses } from '../../../src/delivery/route-pauses.js';
import { createSafeDeliver } from '../../../src/delivery/safe-deliver.js';
import { createTargetGate, type TargetGate } from '../../../src/delivery/target-gate.js';
import type { Start } from '../../../src/delivery/verdict.js';
import { NO_PROGRESS } from '../../../src/model/delivery.js';
import type { AttemptMade, Notice } from '../../../src/model/observation.js';
import { MappingError, type Route } from '../../../src/model/source.js';
import { attemptOf, FakeTarget, failed, startOf, T0 } from '../../support/delivery-fakes.js';
import { handMadeRoute } from '../../support/hand-made-source.js';

const gates: TargetGate[] = [];
afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
});

function world(over: Partial<Route> = {}) {
  const time = { now: T0 };
  const now = (): number => time.now;
  const target = new FakeTarget();
  const attempts: AttemptMade[] = [];
  const notices: Notice[] = [];
  const none: Finding = { kind: 'none', looked: 3 };
  const finding: { next: Finding; asked: number; ms: number } = { next: none, asked: 0, ms: 0 };
  const state = { route: handMadeRoute(over) as Route | undefined };
  const observe = (each: AttemptMade | Notice | { kind: string }): void => {
    if (each.kind === 'attempt') attempts.push(each as AttemptMade);
    if (each.kind === 'notice') notices.push(each as Notice);
  };
  const pauses = createRoutePauses(observe, now);
  const gate = createTargetGate({
    name: 'soar',
    share: () => ({ concurrency: 4 }),
    probe: () => Promise.resolve({ up: false, reason: 'refused' }),
    observe,
    now,
    changed: () => undefined,
  });
  gates.push(gate);
  const deps = {
    routing: { route: () => state.route, target: () => target },
    gate: () => gate,
    reconcile: () => () => {
      finding.asked += 1;
      time.now += finding.ms;
      return Promise.resolve(finding.next);
    },
    pauses,
    observe,
    now,
    random: () => 0.5,
  };
  const deliver = createSafeDeliver(createDeliver(deps), deps);
  return { deliver, target, attempts, notices, finding, state, pauses, gate, time };
}

const DOUBT = { attempts: [attemptOf({ outcome: 'ambiguous', bodyHash: 'h' })], counted: 1, dropped: 0 };

describe('deliver', () => {
  it('maps, sends and answers with the job', async () => {
    const w = world({ map: () => Promise.resolve({ text: '{"title":"x"}' }) });
    const verdict = await w.deliver(startOf());
    expect(verdict).toMatchObject({
      kind: 'delivered',
      receipt: {
        jobId: 'j-1',
        jobUrl: 'https://komand.example.com/jobs/details/j-1',
        attempt: { number: 1 },
      },
    });
    expect(w.target.calls.map(({ body }) => body)).toEqual(['{"title":"x"}']);
    expect(w.attempts).toMatchObject([
      { state: 'delivered', jobUrl: 'https://komand.example.com/jobs/details/j-1' },
    ]);
    expect(w.gate.inUse()).toBe(0);
  });

  it('a trigger without a job is delivered and not followed', async () => {
    const w = world({ endpoint: { kind: 'trigger', id: 't' } });
    w.target.answer = () => ({ kind: 'delivered', answer: { status: 200, excerpt: '' } });
    const verdict = await w.deliver(startOf());
    expect(verdict).toMatchObject({ kind: 'delivered' });
  });

  it('waits for a route that is not configured (any more)', async () => {
    const w = world();
    w.state.route = undefined;
    expect(await w.deliver(startOf())).toMatchObject({
      kind: 'again',
      at: T0 + 60_000,
      progress: { starts: 1 },
    });
    expect(w.attempts).toEqual([]);
  });

  it('is dead at once where the mapping fails', async () => {
    const w = world({ map: () => Promise.reject(new MappingError('no such field')) });
    expect(await w.deliver(startOf())).toMatchObject({
      kind: 'dead',
      reason: 'no such field',
      progress: { deadClass: 'mapping' },
    });
    expect(w.target.calls).toEqual([]);
  });

  it('a fault of ours is tried five times, then dead, and its place is given back', async () => {
    const w = world({ map: () => Promise.reject(new TypeError('ours')) });
    let start: Start = startOf();
    const kinds: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const verdict = await w.deliver(start);
      kinds.push(verdict.kind);
      if (verdict.kind !== 'delivered') start = startOf({ progress: verdict.progress });
    }
    expect(kinds).toEqual(['again', 'again', 'again', 'again', 'dead']);
    expect(start.progress).toMatchObject({ deadClass: 'poison', counted: 0 });
    expect(w.notices).toHaveLength(5);
  });

  it('a target that throws leaves neither place taken nor route half-open', async () => {
    const w = world();
    w.pauses.of('alarms', 'all').failed('404');
    w.time.now += 30_000;
    w.target.answer = () => Promise.reject(new Error('broke its word'));
    expect(await w.deliver(startOf())).toMatchObject({ kind: 'again' });
    expect(w.gate.inUse()).toBe(0);
    expect(w.pauses.of('alarms', 'all').tryEnter()).toBe(true);
  });

  it('is poison after ten deaths of its worker', async () => {
    const w = world();
    expect(await w.deliver(startOf({ lostStarts: MAX_LOST_STARTS }))).toMatchObject({
      kind: 'dead',
      progress: { deadClass: 'poison' },
    });
    expect(w.target.calls).toEqual([]);
  });

  it.each([
    ['retry', failed('retry'), 'again', 1],
    ['rejected', failed('rejected'), 'dead', 0],
    ['target-down', failed('target-down'), 'again', 0],
    ['route-broken', failed('route-broken'), 'again', 0],
    ['interrupted', failed('interrupted'), 'again', 0],
    ['ambiguous', failed('ambiguous'), 'again', 1],
  ] as const)('after %s', async (_name, outcome, kind, counted) => {
    const w = world();
    w.target.answer = () => outcome;
    const verdict = await w.deliver(startOf());
    expect(verdict).toMatchObject({ kind, progress: { counted, attempts: [{ outcome: outcome.kind }] } });
    expect(w.attempts).toHaveLength(1);
  });

  it('a storm of 500 over several deliveries uses up no attempts', async () => {
    const w = world();
    w.target.answer = () => failed('retry');
    const ids = ['a', 'b', 'c'];
    const verdicts = [];
    for (const id of ids) {
      const start = startOf();
      verdicts.push(
        await w.deliver({ ...start, delivery: { ...start.delivery, id: id as typeof start.delivery.id } }),
      );
    }
    expect(verdicts.at(-1)).toMatchObject({
      progress: { counted: 0, attempts: [{ outcome: 'target-down' }] },
    });
  });

  it('makes no call and no record while the circuit is open, asks about no doubt, and gives up in the end', async () => {
    const w = world({ giveUpAfterMs: 3_600_000 });
    w.gate.settle(startOf().delivery.id, failed('target-down', { retryAfterMs: 60_000 }));
    const verdict = await w.deliver(startOf({ progress: DOUBT }));
    expect(verdict).toMatchObject({ kind: 'again', progress: DOUBT });
    expect(verdict.kind === 'again' && verdict.at).toBeGreaterThan(T0 + 60_000);
    expect([w.target.calls.length, w.finding.asked, w.attempts.length]).toEqual([0, 0, 0]);
    w.time.now += 3_600_000;
    expect(await w.deliver(startOf())).toMatchObject({
      kind: 'dead',
      progress: { deadClass: 'circuit_open' },
    });
  });

  it('a broken route holds the next ones and resumes by one that gets through', async () => {
    const w = world();
    w.target.answer = () => failed('route-broken');
    await w.deliver(startOf());
    expect(await w.deliver(startOf())).toMatchObject({ kind: 'again', progress: NO_PROGRESS });
    expect(w.target.calls).toHaveLength(1);
    w.time.now += 30_000;
    // A reset on the way says nothing about the route
    w.target.answer = () => failed('retry', { reached: 'not_sent', errorClass: 'connection' });
    await w.deliver(startOf());
    expect(w.pauses.list()).toHaveLength(1);
    w.target.answer = () => ({ kind: 'delivered', jobId: 'j', answer: { status: 200, excerpt: '' } });
    expect(await w.deliver(startOf())).toMatchObject({ kind: 'delivered' });
    expect(w.pauses.list()).toEqual([]);
  });

  it('gives back at shutdown what has no place yet', async () => {
    const w = world();
    expect(await w.deliver(startOf({ signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'again',
      at: T0,
    });
    expect(w.target.calls).toEqual([]);
  });
});

describe('an earlier doubt', () => {
  it.each([
    ['found: delivered without a call', { kind: 'found', jobId: 'j-9', looked: 4 }, 0, 'delivered', 0],
    ['not found yet: looks again', { kind: 'none', looked: 4 }, 9_000, 'again', 0],
    ['not found after the grace: sent', { kind: 'none', looked: 4 }, 10_005, 'delivered', 1],
    ['too many to look at: looks on', { kind: 'none', looked: 4, cutShort: true }, 119_000, 'again', 0],
    ['… for two minutes', { kind: 'none', looked: 4, cutShort: true }, 121_000, 'delivered', 1],
    ['the list cannot be read: waits', { kind: 'unavailable', reason: 'x' }, 60_000, 'again', 0],
    ['the list cannot be read until the end', { kind: 'unavailable', reason: 'x' }, 259_200_000, 'dead', 0],
  ] as const)('%s', async (_name, next, after, kind, calls) => {
    const w = world();
    w.finding.next = next;
    w.time.now += after;
    expect((await w.deliver(startOf({ progress: DOUBT }))).kind).toBe(kind);
    expect(w.target.calls).toHaveLength(calls);
  });

  it('is looked for once more where the grace ended while it was being looked for', async () => {
    const w = world();
    w.time.now += 9_000;
    w.finding.ms = 5_000;
    expect((await w.deliver(startOf({ progress: DOUBT }))).kind).toBe('again');
    expect((await w.deliver(startOf({ progress: DOUBT }))).kind).toBe('delivered');
  });

  it.each([
    ['reconcile', 'again', 0],
    ['retry', 'delivered', 1],
    ['park', 'dead', 0],
  ] as const)('a worker that died, under %s', async (onAmbiguous, kind, calls) => {
    const w = world({ onAmbiguous });
    const verdict = await w.deliver(startOf({ lostStarts: 1 }));
    expect([verdict.kind, w.target.calls.length]).toEqual([kind, calls]);
    expect(w.attempts[0]?.attempt).toMatchObject({ outcome: 'ambiguous', reached: 'sent_no_answer' });
    if (verdict.kind === 'again') expect(verdict.progress.starts).toBe(2);
  });

  it('a fault of the bridge in between does not hide it', async () => {
    const w = world();
    const fault = attemptOf({ errorClass: 'poison' });
    const verdict = await w.deliver(
      startOf({ progress: { ...DOUBT, attempts: [...DOUBT.attempts, fault] } }),
    );
    expect([verdict.kind, w.target.calls.length]).toEqual(['again', 0]);
  });

  it('a parked one that a person retries is sent', async () => {
    const w = world({ onAmbiguous: 'park' });
    expect((await w.deliver(startOf({ progress: DOUBT }))).kind).toBe('delivered');
  });
});
