import { afterEach, describe, expect, it } from 'vitest';
import { latestRun, readLook } from '../../../src/delivery/follow-policy.js';
import { startFollower, type Follower } from '../../../src/delivery/follow.js';
import type { Followed } from '../../../src/delivery/ports.js';
import type { JobOutcome } from '../../../src/model/delivery.js';
import type { DeliveryId } from '../../../src/model/ids.js';
import { FakeTarget, jobOf, T0 } from '../../support/delivery-fakes.js';
import { handMadeRoute } from '../../support/hand-made-source.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

describe('readLook', () => {
  it.each([
    ['succeeded', 0, { kind: 'ended', outcome: 'succeeded' }],
    ['Failed', 0, { kind: 'ended', outcome: 'failed' }],
    ['dismissed', 0, { kind: 'ended', outcome: 'dismissed' }],
    ['canceled', 0, { kind: 'ended', outcome: 'cancelled' }],
    ['retried', 0, { kind: 'ended', outcome: 'retried' }],
    ['a new word', 0, { kind: 'again', at: T0 + 2_000 }],
    ['waiting', 3 * DAY, { kind: 'again', at: T0 + 3 * DAY + 2_000 }],
    ['waiting', 14 * DAY, { kind: 'ended', outcome: 'unknown' }],
    [undefined, 14 * MINUTE, { kind: 'again', at: T0 + 14 * MINUTE + 2_000 }],
    [undefined, 15 * MINUTE, { kind: 'ended', outcome: 'unconfirmed' }],
  ] as const)('%s after %i ms', (status, age, expected) => {
    const job = status === undefined ? undefined : jobOf('j', {}, { status });
    expect(readLook(job, { deliveredAt: T0, step: 0 }, T0 + age)).toEqual(expected);
  });

  it('looks ever more rarely, at least once an hour', () => {
    const at = (step: number) => readLook(undefined, { deliveredAt: T0, step }, T0);
    expect([0, 3, 11, 500].map((step) => at(step))).toEqual(
      [2_000, 10_000, 3_600_000, 3_600_000].map((wait) => ({ kind: 'again', at: T0 + wait })),
    );
  });
});

const followers: Follower[] = [];
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
});

function world(due: number, sources: readonly string[] = ['alarms']) {
  const target = new FakeTarget();
  const ended: [string, JobOutcome][] = [];
  const again: string[] = [];
  const state = { leased: true, asked: 0 };
  const follower = startFollower({
    list: {
      followDue: (source, _now, limit) =>
        Promise.resolve(
          Array.from({ length: Math.min(due, limit) }, (_, i): Followed => ({
            deliveryId: `${source}-${i}` as DeliveryId,
            jobId: `j-${i}`,
            route: 'all',
            deliveredAt: T0,
            step: 0,
          })),
        ),
      reschedule: (_source, deliveryId) => Promise.resolve(void again.push(deliveryId)),
      recordOutcome: (_source, deliveryId, outcome) => {
        ended.push([deliveryId, outcome]);
        return Promise.resolve(true);
      },
      lease: () => Promise.resolve(state.leased),
    },
    routing: { route: () => handMadeRoute(), target: () => target },
    sources: () => sources,
    observe: () => undefined,
    now: () => T0 + 1_000,
  });
  followers.push(follower);
  return { follower, target, ended, again, state };
}

describe('startFollower', () => {
  it('asks for at most 5 pages and 10 single jobs in a round, whatever the backlog', async () => {
    const w = world(10_000);
    w.target.list = Array.from({ length: 2_000 }, (_, i) => jobOf(`other-${i}`, {}));
    await w.follower.tick();
    expect([w.target.pages, w.target.opened.length, w.again.length]).toEqual([5, 10, 10]);
  });

  it('records what a page shows without asking one by one', async () => {
    const w = world(50);
    w.target.list = Array.from({ length: 50 }, (_, i) => jobOf(`j-${i}`, {}, { status: 'succeeded' }));
    await w.follower.tick();
    expect([w.target.pages, w.target.opened.length, w.ended.length]).toEqual([1, 0, 50]);
  });

  it('asks nothing while another process has the lease', async () => {
    const w = world(50);
    w.state.leased = false;
    await w.follower.tick();
    expect([w.target.pages, w.target.opened.length]).toEqual([0, 0]);
  });

  it('leaves a target that does not answer alone, and loses nothing', async () => {
    const w = world(50);
    w.target.away = true;
    await w.follower.tick();
    w.target.away = false;
    await w.follower.tick();
    expect([w.target.pages, w.ended.length, w.again.length]).toEqual([0, 0, 0]);
  });

  it('a source with a long list does not hide the others', async () => {
    const w = world(1_000, ['a', 'b']);
    w.target.list = Array.from({ length: 300 }, (_, i) => jobOf(`j-${i}`, {}, { status: 'succeeded' }));
    await w.follower.tick();
    expect(new Set(w.ended.map(([id]) => id[0]))).toEqual(new Set(['a', 'b']));
  });

  it('a job that was run again ends as its latest run, also when it is the only one due', async () => {
    const w = world(1);
    w.target.list = [
      jobOf('j-new', {}, { groupId: 'g', status: 'succeeded', createdAt: T0 + 9 }),
      jobOf('j-0', {}, { groupId: 'g', status: 'retried' }),
    ];
    await w.follower.tick();
    expect(w.ended).toEqual([['alarms-0', 'succeeded']]);
  });
});

describe('latestRun', () => {
  const job = jobOf('j', {}, { groupId: 'g', status: 'retried' });
  it('is the newest other job of the group, else the job itself', () => {
    const runs = [5, 9, 7].map((n) => jobOf(`r-${n}`, {}, { groupId: 'g', createdAt: T0 + n }));
    expect(latestRun(job, [job, ...runs]).jobId).toBe('r-9');
    expect(latestRun(job, [job, jobOf('x', {}, { groupId: 'other', createdAt: T0 + 9 })])).toBe(job);
  });
});
