import { describe, expect, it } from 'vitest';
import { createReconcile, type Doubt } from '../../../src/delivery/reconcile.js';
import type { DeliveryId } from '../../../src/model/ids.js';
import { deliveryOf, FakeTarget, fakeHolders, jobOf, startOf, T0 } from '../../support/delivery-fakes.js';
import { handMadeRoute } from '../../support/hand-made-source.js';

const BODY = '{"b":[1,2],"a":"x"}';
const SENT = { a: 'x', b: [1, 2] };

function doubt(over: Partial<Doubt> = {}): Doubt {
  return {
    delivery: deliveryOf(),
    route: handMadeRoute(),
    body: BODY,
    since: T0,
    signal: startOf().signal,
    ...over,
  };
}

function search(list: FakeTarget['list'], held: Readonly<Record<string, string>> = {}) {
  const target = new FakeTarget();
  target.list = list;
  return { target, reconcile: createReconcile({ target, records: fakeHolders(held) }) };
}

describe('createReconcile', () => {
  const mine = deliveryOf().id;
  it.each([
    ['finds the job of the same body, whatever the order of its keys', [jobOf('j-1', SENT)], {}, 'j-1'],
    ['leaves another body alone', [jobOf('j-1', { a: 'y', b: [1, 2] })], {}, undefined],
    ['leaves another workflow alone', [jobOf('j-1', SENT, { workflowId: 'w-2' })], {}, undefined],
    [
      'leaves a job alone that another delivery owns',
      [jobOf('j-1', SENT)],
      { 'j-1': 'dlv_other' },
      undefined,
    ],
    ['takes its own without opening it', [jobOf('j-1', 'whatever')], { 'j-1': mine }, 'j-1'],
    ['passes an owned one for a free one', [jobOf('j-2', SENT), jobOf('j-1', SENT)], { 'j-2': 'd' }, 'j-1'],
    ['forgives a clock 15 s behind', [jobOf('j-1', SENT, { createdAt: T0 - 15_000 })], {}, 'j-1'],
    ['but not more', [jobOf('j-1', SENT, { createdAt: T0 - 15_001 })], {}, undefined],
    [
      'takes a job without a time',
      [{ jobId: 'j', status: 'x', workflowId: handMadeRoute().endpoint.id, startMessage: SENT }],
      {},
      'j',
    ],
    ['does not believe a job without a start message', [jobOf('j-1', undefined)], {}, undefined],
  ])('%s', async (_name, list, held, expected) => {
    const { reconcile } = search(list, held);
    const finding = await reconcile(doubt());
    expect(finding.kind === 'found' ? finding.jobId : undefined).toBe(expected);
  });

  it('opens 50 jobs in one search, says so, and goes on from there in the next', async () => {
    const others = Array.from({ length: 70 }, (_, i) => jobOf(`o-${i}`, {}));
    const { reconcile } = search([...others, jobOf('ours', SENT)]);
    expect(await reconcile(doubt())).toEqual({ kind: 'none', looked: 71, cutShort: true });
    expect(await reconcile(doubt())).toMatchObject({ kind: 'found', jobId: 'ours' });
  });

  it('takes a store that fails for one that cannot be asked now', async () => {
    const target = new FakeTarget();
    target.list = [jobOf('j-1', SENT)];
    const full = { ...fakeHolders({}), claimJobId: () => Promise.reject(new Error('OOM')) };
    expect((await createReconcile({ target, records: full })(doubt())).kind).toBe('unavailable');
  });

  it('leaves jobs alone that are younger than the call can have been', async () => {
    const young = jobOf('j-1', SENT, { createdAt: T0 + 40_000 });
    expect(await search([young]).reconcile(doubt({ until: T0 + 20_000 }))).toEqual({
      kind: 'none',
      looked: 1,
    });
    expect(await search([young]).reconcile(doubt({ until: T0 + 30_000 }))).toMatchObject({ kind: 'found' });
  });

  it('goes by the correlate variable where the job carries it, either way', async () => {
    const route = handMadeRoute({ correlate: 'bridge_id' });
    const other = jobOf('j-1', { ...SENT, bridge_id: 'evt_other' });
    const ours = jobOf('j-2', { rewritten: true, bridge_id: deliveryOf().eventId });
    expect(await search([other]).reconcile(doubt({ route }))).toEqual({ kind: 'none', looked: 1 });
    expect(await search([other, ours]).reconcile(doubt({ route }))).toMatchObject({ jobId: 'j-2' });
    expect(await search([jobOf('j-3', SENT)]).reconcile(doubt({ route }))).toMatchObject({ jobId: 'j-3' });
  });

  it('gives two deliveries with the same body a job each, and a third none', async () => {
    const { reconcile } = search([jobOf('j-2', SENT), jobOf('j-1', SENT)]);
    const of = (n: number): Doubt => doubt({ delivery: deliveryOf({ id: `dlv_${n}` as DeliveryId }) });
    const found = await Promise.all([1, 2, 3].map((n) => reconcile(of(n))));
    expect(found.map((each) => (each.kind === 'found' ? each.jobId : each.kind))).toEqual([
      'j-2',
      'j-1',
      'none',
    ]);
  });

  it('stops at the page that is older than the call', async () => {
    const old = Array.from({ length: 1_000 }, (_, i) => jobOf(`o-${i}`, SENT, { createdAt: T0 - 60_000 }));
    const { target, reconcile } = search([jobOf('n', {}), ...old]);
    expect(await reconcile(doubt())).toEqual({ kind: 'none', looked: 100 });
    expect(target.pages).toBe(1);
  });

  it('is bounded: 40 pages, 50 jobs looked at', async () => {
    const { target, reconcile } = search(Array.from({ length: 9_000 }, (_, i) => jobOf(`j-${i}`, {})));
    expect(await reconcile(doubt())).toEqual({ kind: 'none', looked: 4_000, cutShort: true });
    expect([target.pages, target.opened.length]).toEqual([40, 50]);
  });

  it('says so when the target does not answer, and works again after', async () => {
    const { target, reconcile } = search([jobOf('j-1', SENT)]);
    target.away = true;
    expect(await reconcile(doubt())).toEqual({ kind: 'unavailable', reason: 'away' });
    target.away = false;
    expect(await reconcile(doubt())).toMatchObject({ kind: 'found' });
  });

  it('a search that fails inside the bridge does not fail those after it', async () => {
    const { reconcile } = search([jobOf('j-1', SENT)]);
    await expect(reconcile(doubt({ body: 'no JSON' }))).rejects.toThrow(SyntaxError);
    expect(await reconcile(doubt())).toMatchObject({ kind: 'found' });
  });

  it('does not begin at shutdown', async () => {
    const { target, reconcile } = search([jobOf('j-1', SENT)]);
    expect(await reconcile(doubt({ signal: AbortSignal.abort() }))).toMatchObject({ kind: 'unavailable' });
    expect(target.pages).toBe(0);
  });
});
