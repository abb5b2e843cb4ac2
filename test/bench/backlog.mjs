// Whether the rates stay what they are with many events waiting: accepted per second, then delivered per second, each
// on top of a backlog that came in through the bridge's own store.
import { Redis } from 'ioredis';
import { createEventStore } from '../../dist/queue/event-store.js';
import { createSeal } from '../../dist/queue/seal.js';
import { newEventId } from '../../dist/model/ids.js';
import { bodies } from './body.mjs';
import { load } from './ingest.mjs';
import { median } from './median.mjs';
import { costOf } from './processor.mjs';
import { startRedis } from './process.mjs';
import { startTarget } from './start-target.mjs';
import { lookAt } from './look-at.mjs';
import { bridge } from './systems.mjs';

const BYTES = 1_024;
/** Handed over at a time; the store cuts it into its own batches. */
const AT_ONCE = 2_000;
/** What a route without a name is called. */
const ROUTE = 'default';
/** As the bridge's settings are. */
const STORAGE = { compressAbove: 4_096, encryption: { keys: [] } };

/** All sizes side by side, each with a Redis and a bridge of its own, measured in turn: the machine's speed drifts. */
export async function backlog({ rounds, seconds, counts, say }) {
  const worlds = [];
  try {
    for (const waiting of counts) worlds.push(await openWorld(waiting));
    for (let round = 1; round <= rounds; round += 1) {
      for (const world of worlds) {
        await untilWritten(world.redis.url);
        const accepted = await accept(world, seconds, round);
        await untilWritten(world.redis.url);
        const run = { ...accepted, ...(await deliver(world, seconds)) };
        world.runs.push(run);
        say(
          `backlog of ${world.waiting} round ${round}: ${Math.round(run.accepted)} accepted/s, ${Math.round(run.delivered)} delivered/s`,
        );
      }
    }
  } finally {
    for (const { close } of worlds) await close();
  }
  const [empty] = worlds;
  const middle = (runs, name) => median(runs.map((run) => run[name]));
  // Pair by pair, so that a machine whose speed drifts does not decide
  const against = (runs, name) => median(runs.map((run, i) => run[name] / empty.runs[i][name]));
  return worlds.map(({ waiting, runs }) => ({
    waiting,
    acceptedPerSecond: middle(runs, 'accepted'),
    deliveredPerSecond: middle(runs, 'delivered'),
    acceptAgainstEmpty: against(runs, 'accepted'),
    deliverAgainstEmpty: against(runs, 'delivered'),
    acceptMicros: middle(runs, 'acceptMicros'),
    deliverMicros: middle(runs, 'deliverMicros'),
    lagMs: { ingress: middle(runs, 'ingressLagMs'), worker: middle(runs, 'workerLagMs') },
    memoryMiB: { ingress: middle(runs, 'ingressMiB'), worker: middle(runs, 'workerMiB') },
  }));
}

async function openWorld(waiting) {
  const target = await startTarget();
  const redis = await startRedis();
  const system = await bridge(redis, target, ['ingress']);
  await load(system.url, { seconds: 2, bytes: BYTES, prefix: 'warm' });
  await fill(redis.url, waiting);
  return {
    waiting,
    redis,
    system,
    stats: target.stats,
    runs: [],
    close: async () => {
      await system.close();
      await redis.close();
      await target.close();
    },
  };
}

async function accept({ system, redis }, seconds, round) {
  const pids = { own: system.ingress.child.pid, redis: redis.child.pid };
  const { result, cost } = await costOf(pids, async () => {
    const loaded = await load(system.url, { seconds, bytes: BYTES, prefix: `more-${round}` });
    return { result: loaded.perSecond, events: loaded.accepted };
  });
  const { lagMs, memoryMiB } = await lookAt(system.ingress);
  return {
    accepted: result,
    acceptMicros: cost.own + cost.redis,
    ingressLagMs: lagMs,
    ingressMiB: memoryMiB,
  };
}

/** What a worker makes of it in half the time: what came in just now is enough where nothing waited before. */
async function deliver({ system, redis, stats }, seconds) {
  await stats();
  await system.startWorker();
  await untilFirst(stats);
  const pids = { own: system.worker.child.pid, redis: redis.child.pid };
  const { result: delivered, cost } = await costOf(pids, async () => {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / 2));
    const { events } = await stats();
    return { result: (events * 1_000) / (performance.now() - began), events };
  });
  const { lagMs, memoryMiB } = await lookAt(system.worker);
  await system.stopWorker();
  return { delivered, deliverMicros: cost.own + cost.redis, workerLagMs: lagMs, workerMiB: memoryMiB };
}

/** Puts events into the queue as the ingress would, without HTTP in between. */
async function fill(url, count) {
  const client = new Redis(url);
  const store = createEventStore(
    client,
    'bridge',
    createSeal(() => STORAGE),
  );
  const makeBody = bodies(BYTES);
  for (let from = 0; from < count; from += AT_ONCE) {
    const arrivals = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => {
      const now = Date.now();
      const id = newEventId(now);
      const body = makeBody(`fill-${from + i}`, from + i, now);
      const headers = { 'content-type': 'application/json', 'user-agent': 'bench' };
      const known = {
        deliveryKey: `body:fill-${from + i}`,
        dedupeWindowMs: 3_600_000,
        requestId: `req_${id.slice(4)}`,
      };
      const event = {
        id,
        source: 'bench',
        receivedAt: now,
        body,
        contentType: 'application/json',
        headers,
        ...known,
      };
      return { event, routes: [ROUTE] };
    });
    await store.accept(arrivals);
  }
  client.disconnect();
}

/** When a file has doubled Redis writes it anew, in a second process that takes a core and half of the disk. */
async function untilWritten(url) {
  const client = new Redis(url);
  while (/aof_rewrite_(?:in_progress|scheduled):1/.test(await client.info('persistence')))
    await new Promise((resolve) => setTimeout(resolve, 500));
  client.disconnect();
}

async function untilFirst(stats) {
  for (let i = 0; i < 600; i += 1) {
    if ((await stats()).events > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing was delivered');
}
