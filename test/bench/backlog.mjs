// Whether the rates stay what they are with many events waiting: accepted per second, then delivered per second, each
// on top of a backlog that came in through the bridge's own store.
import { Redis } from 'ioredis';
import { createEventStore } from '../../dist/queue/event-store.js';
import { createSeal } from '../../dist/queue/seal.js';
import { newEventId } from '../../dist/model/ids.js';
import { load } from './ingest.mjs';
import { startNode, startRedis } from './process.mjs';
import { residentMiB } from './processor.mjs';
import { bridge } from './systems.mjs';

const BYTES = 1_024;
/** Handed over at a time; the store cuts it into its own batches. */
const AT_ONCE = 2_000;
/** What a route without a name is called. */
const ROUTE = 'default';
/** As the bridge's settings are. */
const STORAGE = { compressAbove: 4_096, encryption: { keys: [] } };

export async function backlog({ seconds, counts, say }) {
  const found = [];
  for (const waiting of counts) {
    const one = await measure(waiting, seconds);
    found.push(one);
    say(
      `backlog of ${waiting}: ${Math.round(one.acceptedPerSecond)} accepted/s, ${Math.round(one.deliveredPerSecond)} delivered/s`,
    );
  }
  const [empty] = found;
  return found.map((each) => ({
    ...each,
    acceptAgainstEmpty: each.acceptedPerSecond / empty.acceptedPerSecond,
    deliverAgainstEmpty: each.deliveredPerSecond / empty.deliveredPerSecond,
  }));
}

async function measure(waiting, seconds) {
  const targetProcess = await startNode(new URL('target.mjs', import.meta.url).pathname);
  const target = { url: `http://127.0.0.1:${JSON.parse(await targetProcess.next()).port}` };
  const stats = async () => (await fetch(`${target.url}/stats`)).json();
  const redis = await startRedis();
  let system;
  try {
    system = await bridge(redis, target, ['ingress']);
    await load(system.url, { seconds: 2, bytes: BYTES, prefix: 'warm' });
    await fill(redis.url, waiting);
    const accepted = await load(system.url, { seconds, bytes: BYTES, prefix: 'more' });
    const ingress = await lookAt(system.ingress);
    // What a worker makes of it in the same time: what came in just now is enough where nothing waited before
    await system.startWorker();
    await untilFirst(stats);
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / 2));
    const { events } = await stats();
    const deliveredPerSecond = (events * 1_000) / (performance.now() - began);
    const worker = await lookAt(system.worker);
    return {
      waiting,
      acceptedPerSecond: accepted.perSecond,
      deliveredPerSecond,
      lagMs: { ingress: ingress.lagMs, worker: worker.lagMs },
      memoryMiB: { ingress: ingress.memoryMiB, worker: worker.memoryMiB },
    };
  } finally {
    await system?.close();
    await redis.close();
    await targetProcess.close();
  }
}

/** Puts events into the queue as the ingress would, without HTTP in between. */
async function fill(url, count) {
  const client = new Redis(url);
  const store = createEventStore(client, 'bridge', createSeal(() => STORAGE));
  const padding = 'x'.repeat(BYTES - 190);
  for (let from = 0; from < count; from += AT_ONCE) {
    const arrivals = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => {
      const now = Date.now();
      const id = newEventId(now);
      const body = `{"id":"fill-${from + i}","title":"Bench event","severity":"high","host":"host","status":"new","description":"${padding}"}`;
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

async function untilFirst(stats) {
  for (let i = 0; i < 600; i += 1) {
    if ((await stats()).events > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing was delivered');
}

async function lookAt({ child, opsUrl }) {
  const page = await (
    await fetch(`${opsUrl}/metrics`, { headers: { authorization: 'Bearer bench-operations-token' } })
  ).text();
  const lag = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(page)?.[1]);
  return { lagMs: lag * 1_000, memoryMiB: residentMiB(child.pid) };
}
