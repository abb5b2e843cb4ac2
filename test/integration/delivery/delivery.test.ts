import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MappingError } from '../../../src/model/source.js';
import type { FaultRule } from '../../../src/simulator/fault.js';
import { startSimulator, type Simulator } from '../../../src/simulator/start-simulator.js';
import { freePort } from '../../support/free-port.js';
import { handMadeRoute } from '../../support/hand-made-source.js';
import { spawnHelper } from '../../support/spawn-helper.js';
import { openStage, redisAt, targetAt, type StageWorld } from '../../support/stage-world.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

const SETTINGS = { jobDelayMs: [0, 0], jobDurationMs: [0, 0] } as const;

let redis: TestRedis;
let admin: Redis;
beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  admin.on('error', () => undefined);
});
afterAll(async () => {
  admin.disconnect();
  await redis.close();
});

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await admin.flushall();
});

async function komand(options: { port?: number; faults?: readonly FaultRule[] } = {}): Promise<Simulator> {
  const simulator = await startSimulator({ seed: 1, settings: SETTINGS, ...options });
  closers.push(() => simulator.close());
  return simulator;
}

async function stageOn(
  over: Partial<Parameters<typeof openStage>[0]> & { url: string },
): Promise<StageWorld> {
  const { url, ...rest } = over;
  const world = await openStage({
    redisUrl: redis.url,
    settings: targetAt(url),
    routes: [handMadeRoute()],
    ...rest,
  });
  closers.push(() => world.close());
  return world;
}

async function control<T>(simulator: Simulator, path: string, method = 'GET', body?: unknown): Promise<T> {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${simulator.url}/__sim/${path}`, {
    method,
    headers: { connection: 'close' },
    ...given,
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

interface Counts {
  readonly posts: number;
  readonly accepted: number;
  readonly jobs: number;
  readonly bodies: number;
  readonly bodies_with_several_jobs: number;
}
const counts = (simulator: Simulator): Promise<Counts> => control(simulator, 'ledger/summary');

const allAre = (
  world: StageWorld,
  ids: Awaited<ReturnType<StageWorld['accept']>>,
  state: string,
  ms = 20_000,
) =>
  waitUntil(
    `${ids.length} deliveries to be ${state}`,
    async () => {
      const views = await world.shown(ids);
      return views.length === ids.length && views.every((view) => view.state === state) && views;
    },
    ms,
  );

describe('a delivery', () => {
  it('ends delivered with its job_id, and is found by it', async () => {
    const world = await stageOn({ url: (await komand()).url });
    const ids = await world.accept('alarms', 20);
    for (const { receipt, delivery } of await allAre(world, ids, 'delivered'))
      expect(await world.findByJobId('alarms', receipt?.jobId ?? '')).toBe(delivery.id);
  });

  it('is dead at once where its mapping fails; its neighbours are not', async () => {
    const world = await stageOn({
      url: (await komand()).url,
      routes: [
        handMadeRoute(),
        handMadeRoute({ name: 'bad', map: () => Promise.reject(new MappingError('no such field')) }),
      ],
    });
    const bad = await world.accept('alarms', 3, 'bad');
    const good = await world.accept('alarms', 3);
    await allAre(world, bad, 'dead');
    await allAre(world, good, 'delivered');
  });

  it('without an answer is found in the job list instead of sent again', async () => {
    const match = { method: 'POST', path: '/v2/workflows', times: 5 };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'reset-after-accept' } }] });
    const world = await stageOn({
      url: simulator.url,
      settings: targetAt(simulator.url, { concurrency: 4 }),
    });
    await allAre(world, await world.accept('alarms', 20), 'delivered', 30_000);
    expect(await counts(simulator)).toMatchObject({ jobs: 20, bodies_with_several_jobs: 0 });
  });

  it('without an answer is parked where its route says so', async () => {
    const match = { method: 'POST', path: '/v2/workflows', times: 1 };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'silence-after-accept' } }] });
    const world = await stageOn({
      url: simulator.url,
      settings: targetAt(simulator.url, { timeout: 300 }),
      routes: [handMadeRoute({ onAmbiguous: 'park' })],
    });
    const [view] = await allAre(world, await world.accept('alarms', 1), 'dead');
    expect(view?.progress.attempts).toMatchObject([{ outcome: 'ambiguous', errorClass: 'timeout' }]);
  });

  it('obeys Retry-After', async () => {
    const match = { method: 'POST', path: '/v2/workflows', times: 1 };
    const fault = { kind: 'status', status: 429, headers: { 'retry-after': '2' } } as const;
    const simulator = await komand({ faults: [{ match, fault }] });
    const world = await stageOn({ url: simulator.url });
    const [view] = await allAre(world, await world.accept('alarms', 1), 'delivered');
    const first = view?.progress.attempts[0];
    const gap = (view?.receipt?.attempt.startedAt ?? 0) - (first?.startedAt ?? 0);
    expect(first).toMatchObject({ status: 429, errorClass: 'http_429' });
    expect(gap).toBeGreaterThanOrEqual(2_000);
  });

  it('of a broken route waits; those of other routes flow', async () => {
    const broken = '00000000-0000-4000-8000-00000000dead';
    const match = { method: 'POST', workflow: broken };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'status', status: 404 } }] });
    const endpoint = { kind: 'workflow', id: broken } as const;
    const world = await stageOn({
      url: simulator.url,
      routes: [handMadeRoute(), handMadeRoute({ name: 'gone', endpoint })],
    });
    const stuck = await world.accept('alarms', 30, 'gone');
    await allAre(world, await world.accept('alarms', 30), 'delivered');
    const views = await allAre(world, stuck, 'scheduled');
    expect(views.every(({ progress }) => progress.counted === 0)).toBe(true);
    expect(world.stage.pauses.list()).toMatchObject([{ route: 'gone' }]);
    expect(world.stage.circuits()).toEqual([{ target: 'soar', state: 'closed' }]);
    expect(world.notices('route.paused')).toHaveLength(1);
  });
});

describe('Komand away', () => {
  it('uses up no attempts, asks little of Redis, and drains by itself when it is back', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const world = await stageOn({ url });
    const ids = await world.accept('alarms', 500);
    await waitUntil('the circuit to open', () => world.stage.circuits()[0]?.state !== 'closed');
    await waitUntil('the worker to be idle', async () => (await admin.llen('bridge:{alarms}:active')) === 0);
    const before = await commands();
    const since = performance.now();
    await waitUntil('3 s to pass', () => performance.now() - since > 3_000);
    // Of which some are this test's own and those that renew nothing
    expect((await commands()) - before).toBeLessThan(150);
    const simulator = await komand({ port });
    const views = await allAre(world, ids, 'delivered', 40_000);
    expect(views.every(({ progress }) => progress.counted === 0)).toBe(true);
    expect(await counts(simulator)).toMatchObject({ jobs: 500, bodies_with_several_jobs: 0 });
    expect(world.notices('circuit.open')).toHaveLength(1);
  });

  it('as a storm of 500 makes no dead letters, and what was refused comes again', async () => {
    const match = { method: 'POST', path: '/v2/workflows', times: 100 };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'status', status: 500 } }] });
    const world = await stageOn({ url: simulator.url });
    const views = await allAre(world, await world.accept('alarms', 50), 'delivered', 40_000);
    expect(Math.max(...views.map(({ progress }) => progress.counted))).toBeLessThanOrEqual(2);
  });
});

async function commands(): Promise<number> {
  const stats = await admin.info('stats');
  return Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]);
}

describe('several workers', () => {
  it('together never use more of a target than is configured, while one comes and one goes', async () => {
    const simulator = await komand({
      faults: [
        { match: { method: 'POST', path: '/v2/workflows' }, fault: { kind: 'slow-headers', delayMs: 60 } },
      ],
    });
    let underWay = 0;
    let most = 0;
    const settings = targetAt(simulator.url, { concurrency: 5 });
    const places = { count: 1 };
    const open = (rank: number): Promise<StageWorld> =>
      stageOn({
        url: simulator.url,
        settings,
        place: () => ({ count: places.count, rank }),
        wrap: (target) => ({
          name: target.name,
          jobs: (page) => target.jobs(page),
          job: (jobId) => target.job(jobId),
          jobUrl: (jobId) => target.jobUrl(jobId),
          send: async (call) => {
            most = Math.max(most, (underWay += 1));
            return target.send(call).finally(() => (underWay -= 1));
          },
        }),
      });
    const first = await open(0);
    const ids = await first.accept('alarms', 150);
    await waitUntil('the first to be busy', () => underWay === 5);
    places.count = 2;
    first.stage.resize();
    await waitUntil('the first to have given up its part', () => underWay <= 3);
    const second = await open(1);
    await waitUntil('both to be busy', () => second.observed.some(({ kind }) => kind === 'attempt'));
    await second.close();
    places.count = 1;
    first.stage.resize();
    await allAre(first, ids, 'delivered');
    expect(most).toBe(5);
    expect(await counts(simulator)).toMatchObject({ jobs: 150, bodies_with_several_jobs: 0 });
  });

  it('one for which there is no place leaves the deliveries to the others', async () => {
    const simulator = await komand();
    const settings = targetAt(simulator.url, { concurrency: 1 });
    const idle = await stageOn({ url: simulator.url, settings, place: () => ({ count: 2, rank: 1 }) });
    const able = await stageOn({ url: simulator.url, settings, place: () => ({ count: 2, rank: 0 }) });
    await allAre(able, await able.accept('alarms', 30), 'delivered');
    expect(idle.observed.filter(({ kind }) => kind === 'attempt')).toEqual([]);
  });
});

describe('a shutdown', () => {
  it('lets calls under way end, gives the rest back, counts nothing', async () => {
    const match = { method: 'POST', path: '/v2/workflows' };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'slow-headers', delayMs: 700 } }] });
    const settings = targetAt(simulator.url, { concurrency: 4 });
    const world = await stageOn({ url: simulator.url, settings });
    const ids = await world.accept('alarms', 40);
    await waitUntil('calls to be under way', async () => (await counts(simulator)).posts >= 4);
    const since = performance.now();
    await world.stage.close();
    expect(performance.now() - since).toBeLessThan(5_000);
    const views = await world.shown(ids);
    expect(views).toHaveLength(40);
    expect(new Set(views.map(({ state }) => state))).toEqual(new Set(['delivered', 'queued']));
    expect(views.every(({ progress }) => progress.counted === 0)).toBe(true);
    expect(views.filter(({ state }) => state === 'delivered')).toHaveLength((await counts(simulator)).jobs);
  });
});

describe('Redis away', () => {
  it('at the start: works within 2 s of its being back', async () => {
    const simulator = await komand();
    const early = await stageOn({ url: simulator.url });
    const ids = await early.accept('alarms', 5);
    await allAre(early, ids, 'delivered');
    await early.close();
    redis.signal('SIGKILL');
    await redis.ended();
    const world = await stageOn({ url: simulator.url });
    await redis.restart();
    const since = performance.now();
    await allAre(world, await world.accept('alarms', 5), 'delivered');
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(world.notices('worker.error')).toEqual([]);
  });

  it('during calls: what was answered is recorded when it is back, once', async () => {
    const match = { method: 'POST', path: '/v2/workflows' };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'slow-headers', delayMs: 500 } }] });
    const world = await stageOn({ url: simulator.url });
    const ids = await world.accept('alarms', 20);
    await waitUntil('calls to be under way', async () => (await counts(simulator)).posts >= 20);
    redis.signal('SIGKILL');
    await redis.ended();
    const since = performance.now();
    await waitUntil('the answers to be there', () => performance.now() - since > 1_000);
    await redis.restart();
    await allAre(world, ids, 'delivered', 30_000);
    expect(await counts(simulator)).toMatchObject({ jobs: 20, bodies_with_several_jobs: 0 });
  });

  it('out of memory: no hot loop, and drains after', async () => {
    const simulator = await komand();
    const world = await stageOn({ url: simulator.url, place: () => ({ count: 1, rank: 0 }) });
    const first = await world.accept('alarms', 1);
    await allAre(world, first, 'delivered');
    const faults = [
      { match: { method: 'POST', path: '/v2/workflows' }, fault: { kind: 'slow-headers', delayMs: 300 } },
    ];
    await control(simulator, 'faults', 'POST', faults);
    const ids = await world.accept('alarms', 100);
    await admin.config('SET', 'maxmemory', '1');
    const since = performance.now();
    await waitUntil('4 s to pass', () => performance.now() - since > 4_000);
    expect(world.notices('worker.error').length).toBeGreaterThan(0);
    expect(world.notices('worker.error').length).toBeLessThanOrEqual(6);
    await admin.config('SET', 'maxmemory', '0');
    await allAre(world, ids, 'delivered', 30_000);
    expect(await counts(simulator)).toMatchObject({ jobs: 101, bodies_with_several_jobs: 0 });
  });
});

describe('a worker that is killed', () => {
  it('before the call, after the request, after the answer: picked up within 15 s, one job each', async () => {
    const simulator = await komand({
      faults: [
        {
          match: { method: 'POST', workflow: 'w-silent', times: 1 },
          fault: { kind: 'silence-after-accept' },
        },
      ],
    });
    const cases = [
      { source: 'before', killAt: 'before-call', workflow: 'w-before' },
      { source: 'silent', killAt: 'never', workflow: 'w-silent' },
      { source: 'answered', killAt: 'after-answer', workflow: 'w-answered' },
    ];
    const route = (source: string, id: string) =>
      handMadeRoute({ source, endpoint: { kind: 'workflow', id } });
    const routes = cases.map((each) => route(each.source, each.workflow));
    let ready = false;
    const feeder = await stageOn({
      url: simulator.url,
      routes,
      settings: targetAt(simulator.url),
      // Takes no part until its turn comes
      place: () => (ready ? { count: 1, rank: 0 } : { count: 1_000, rank: 999 }),
    });
    const ids = await Promise.all(
      cases.map(async ({ source, killAt, workflow }) => {
        const settings = targetAt(simulator.url, { timeout: 20_000 });
        const given = { redis: redisAt(redis.url), settings, source, route: route(source, workflow), killAt };
        const helper = spawnHelper('stage-worker.mjs', [JSON.stringify(given)]);
        await waitUntil('the worker to be ready', () => helper.lines.length > 0);
        const [id] = await feeder.accept(source, 1);
        if (killAt === 'never') {
          await waitUntil('the request to be there', async () =>
            (await control<{ entries: { path: string }[] }>(simulator, 'ledger')).entries.some(({ path }) =>
              path.includes(workflow),
            ),
          );
          helper.signal('SIGKILL');
        }
        expect(await helper.ended()).toBe('SIGKILL');
        return id;
      }),
    );
    const since = performance.now();
    ready = true;
    feeder.stage.resize();
    const started = ids.filter((id) => id !== undefined);
    await waitUntil(
      'all to be picked up',
      () =>
        new Set(feeder.observed.flatMap((each) => (each.kind === 'attempt' ? [each.deliveryId] : [])))
          .size === 3,
    );
    expect(performance.now() - since).toBeLessThan(15_000);
    const views = await allAre(feeder, started, 'delivered', 40_000);
    for (const view of views) expect(view.progress.attempts[0]).toMatchObject({ outcome: 'ambiguous' });
    expect(await counts(simulator)).toMatchObject({ jobs: 3, bodies: 3, bodies_with_several_jobs: 0 });
  });
});

/** Each waits out locks, stalls or pauses of half a minute: together some two minutes. */
const LONG = (process.env['FAULTS_LONG'] ?? '') !== '';
describe.skipIf(!LONG)(`slow faults${LONG ? '' : ' (set FAULTS_LONG=1: they take two minutes)'}`, () => {
  it('three deaths on one event: one job, three doubts on record', async () => {
    const simulator = await komand();
    const given = { redis: redisAt(redis.url), settings: targetAt(simulator.url), source: 'alarms' };
    const place = { count: 1_000, rank: 999 };
    const world = await stageOn({ url: simulator.url, place: () => place });
    const [id] = await world.accept('alarms', 1);
    if (id === undefined) throw new Error('nothing was accepted');
    for (let k = 0; k < 3; k += 1) {
      const args = JSON.stringify({ ...given, route: handMadeRoute(), killAt: 'before-call' });
      expect(await spawnHelper('stage-worker.mjs', [args]).ended()).toBe('SIGKILL');
    }
    Object.assign(place, { count: 1, rank: 0 });
    world.stage.resize();
    const [view] = await allAre(world, [id], 'delivered', 40_000);
    expect(view?.progress).toMatchObject({ counted: 0, attempts: [{ outcome: 'ambiguous' }] });
    expect(await counts(simulator)).toMatchObject({ jobs: 1 });
  });

  it.each([
    ['reconcile', 0],
    ['retry', 1],
  ] as const)(
    'Redis frozen for 9 s during a call, under %s: at most %i duplicates',
    async (onAmbiguous, most) => {
      const match = { method: 'POST', path: '/v2/workflows' };
      const simulator = await komand({
        faults: [{ match, fault: { kind: 'slow-headers', delayMs: 1_500 } }],
      });
      const world = await stageOn({ url: simulator.url, routes: [handMadeRoute({ onAmbiguous })] });
      const ids = await world.accept('alarms', 1);
      await waitUntil('the call', async () => (await counts(simulator)).posts === 1);
      redis.signal('SIGSTOP');
      const since = performance.now();
      await waitUntil('9 s to pass', () => performance.now() - since > 9_000);
      redis.signal('SIGCONT');
      await allAre(world, ids, 'delivered', 30_000);
      expect((await counts(simulator)).jobs).toBeLessThanOrEqual(1 + most);
    },
  );

  it('a route that was broken resumes alone', async () => {
    const match = { method: 'POST', path: '/v2/workflows' };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'status', status: 404 } }] });
    const world = await stageOn({ url: simulator.url });
    const ids = await world.accept('alarms', 100);
    await allAre(world, ids, 'scheduled');
    await control(simulator, 'faults', 'DELETE');
    await allAre(world, ids, 'delivered', 50_000);
    expect(world.notices('route.resumed')).toHaveLength(1);
  });

  it('a route that breaks inside the bridge: dead after five, its neighbours never notice', async () => {
    const world = await stageOn({
      url: (await komand()).url,
      routes: [
        handMadeRoute(),
        handMadeRoute({ name: 'poison', map: () => Promise.reject(new TypeError('ours')) }),
      ],
    });
    const poison = await world.accept('alarms', 3, 'poison');
    await allAre(world, await world.accept('alarms', 50), 'delivered', 5_000);
    const views = await allAre(world, poison, 'dead', 40_000);
    expect(
      views.every(({ progress }) => progress.deadClass === 'poison' && progress.attempts.length === 5),
    ).toBe(true);
  });

  it('a black hole opens the circuit, and every event is delivered once after it', async () => {
    const match = { method: 'POST', path: '/v2' };
    const simulator = await komand({ faults: [{ match, fault: { kind: 'hang' } }] });
    const settings = targetAt(simulator.url, { timeout: 500 });
    const world = await stageOn({ url: simulator.url, settings });
    const ids = await world.accept('alarms', 40);
    await waitUntil('the circuit to open', () => world.stage.circuits()[0]?.state !== 'closed');
    await control(simulator, 'faults', 'DELETE');
    await allAre(world, ids, 'delivered', 50_000);
    expect(await counts(simulator)).toMatchObject({ jobs: 40, bodies_with_several_jobs: 0 });
  });
});
