// How fast what was accepted reaches the target: a backlog drained by one worker, and the way through at 200 a second.
import { Redis } from 'ioredis';
import { startNode, startRedis } from './process.mjs';
import { bridge, relay } from './systems.mjs';
import { load } from './ingest.mjs';
import { median } from './median.mjs';
import { costOf } from './processor.mjs';

const RATE = 200;

export async function delivery({ rounds, seconds, bytes, profile, say }) {
  const targetProcess = await startNode(new URL('target.mjs', import.meta.url).pathname);
  const { port } = JSON.parse(await targetProcess.next());
  const target = { url: `http://127.0.0.1:${port}` };
  const stats = async () => (await fetch(`${target.url}/stats`)).json();
  // Enough for the slower of the two to be busy for about as long as a round takes
  const backlog = (bytes > 8_000 ? 1_000 : 2_500) * seconds;
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const systems = [
    { make: (redis) => relay(redis, target, ['ingress']) },
    { make: (redis) => bridge(redis, target, ['ingress'], nodeArgs) },
  ];
  const found = [];
  try {
    for (const { make } of systems) {
      const redis = await startRedis();
      const client = new Redis(redis.port, '127.0.0.1');
      const system = await make(redis);
      const runs = [];
      try {
        const emptyBytes = await usedMemory(client);
        await load(system.url, { count: backlog, bytes, prefix: 'memory' });
        const waitingBytes = ((await usedMemory(client)) - emptyBytes) / backlog;
        for (let round = 0; round <= rounds; round += 1) {
          if (round > 0) await load(system.url, { count: backlog, bytes, prefix: `r${round}` });
          await stats();
          await system.startWorker();
          const pids = { own: system.worker.child.pid, redis: redis.child.pid };
          const { result: drained, cost } = await costOf(pids, async () => {
            const result = await untilDelivered(stats, backlog);
            return { result, events: result.events };
          });
          await load(system.url, { seconds, bytes, rate: RATE, connections: 20, prefix: `l${round}` });
          await new Promise((resolve) => setTimeout(resolve, 500));
          const way = await stats();
          await system.stopWorker();
          if (round > 0) runs.push({ perSecond: drained.perSecond, p50: way.p50, p99: way.p99, cost });
          say(
            `delivery ${bytes} B round ${round} ${system.name}: ${Math.round(drained.perSecond)}/s; at ${RATE}/s p50 ${way.p50} p99 ${way.p99} ms`,
          );
        }
        const total = backlog * (rounds + 1) + RATE * seconds * (rounds + 1);
        const keptBytes = ((await usedMemory(client)) - emptyBytes) / total;
        found.push({ name: system.name, runs, waitingBytes, keptBytes });
      } finally {
        await system.close();
        client.disconnect();
        await redis.close();
      }
    }
  } finally {
    await targetProcess.close();
  }
  const [first] = found;
  return found.map(({ name, runs, waitingBytes, keptBytes }) => ({
    name,
    perSecond: median(runs.map((run) => run.perSecond)),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    processorMicros: median(runs.map((run) => run.cost.own)),
    redisMicros: median(runs.map((run) => run.cost.redis)),
    waitingBytes: Math.round(waitingBytes),
    keptBytes: Math.round(keptBytes),
    againstRelay: median(runs.map((run) => run.perSecond)) / median(first.runs.map((run) => run.perSecond)),
  }));
}

async function usedMemory(client) {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? 0);
}

/** What came in the time it took, from the target's own count. */
async function untilDelivered(stats, count) {
  let events = 0;
  let seconds = 0;
  const began = performance.now();
  while (events < count && performance.now() - began < 120_000) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const part = await stats();
    events += part.events;
    if (part.events > 0) seconds = (performance.now() - began) / 1000;
    if (events > 0 && seconds === 0) seconds = 0.001;
  }
  return { events, seconds, perSecond: events / seconds };
}
