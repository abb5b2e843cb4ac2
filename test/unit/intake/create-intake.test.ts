import { describe, expect, it } from 'vitest';
import { createIntake } from '../../../src/intake/create-intake.js';
import type { Observation } from '../../../src/model/observation.js';
import type { Source } from '../../../src/model/source.js';
import { FakeEventStore } from '../../support/fake-event-store.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { NOW, rawRequest } from '../../support/raw-request.js';
import { waitUntil } from '../../support/wait-until.js';

function setUp(deadlineMs = 30) {
  const store = new FakeEventStore();
  const seen: Observation[] = [];
  const inForce = { sources: new Map<string, Source>() };
  const intake = createIntake({
    sources: () => inForce.sources,
    store,
    rejected: store,
    observe: (each) => seen.push(each),
    now: () => NOW,
    deadlineMs,
  });
  return { store, seen, inForce, intake };
}

describe('the intake', () => {
  it('finds a source by its exact name, among those in force', () => {
    const { inForce, intake } = setUp();
    const source = handMadeSource();
    expect(intake.find('alarms')).toBeUndefined();
    inForce.sources = new Map([['alarms', source]]);
    expect(intake.find('alarms')).toBe(source);
    for (const name of ['Alarms', 'alarms ', '__proto__', 'constructor', 'toString', ''])
      expect(intake.find(name)).toBeUndefined();
  });

  it('answers 503 at the deadline; what was under way ends as one event, and that is told', async () => {
    const { store, seen, intake } = setUp();
    let open = (): void => undefined;
    store.gate = new Promise((resolve) => (open = resolve));
    const request = rawRequest('{"id":"1"}');
    const answer = await intake.receive(handMadeSource(), request);
    expect(answer).toMatchObject({
      status: 503,
      problem: { code: 'store_unavailable', details: { retryAfterSeconds: 10 } },
      events: [],
    });
    open();
    await waitUntil('the late end', () => seen.length > 0);
    expect(seen).toMatchObject([
      { kind: 'notice', event: 'request.late', data: { request_id: request.id, end: 'status 202' } },
    ]);
    expect(await intake.receive(handMadeSource(), rawRequest('{"id":"1"}'))).toMatchObject({
      status: 202,
      body: { event_id: store.arrivals[0]?.event.id, status: 'duplicate' },
    });
    expect(store.arrivals).toHaveLength(1);
  });

  it('tells of a fault that comes after the deadline', async () => {
    const { seen, intake } = setUp();
    let fail = (_error: Error): void => undefined;
    const authenticate = (): Promise<never> => new Promise((_resolve, reject) => (fail = reject));
    expect((await intake.receive(handMadeSource({ authenticate }), rawRequest('{}'))).status).toBe(503);
    fail(new TypeError('ours'));
    await waitUntil('the late end', () => seen.length > 0);
    expect(seen).toMatchObject([{ event: 'request.late', data: { end: 'TypeError: ours' } }]);
  });

  it('passes on a fault that comes in time', async () => {
    const { intake } = setUp(1_000);
    const authenticate = (): Promise<never> => Promise.reject(new TypeError('ours'));
    await expect(intake.receive(handMadeSource({ authenticate }), rawRequest('{}'))).rejects.toThrow('ours');
  });
});
