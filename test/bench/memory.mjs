// Whether the processes stay as they are while everything is busy for minutes: 50 connections hand over as fast as they are
// answered, and a worker delivers and follows as fast as it can beside them.
import { lookAt } from './look-at.mjs';
import { load } from './ingest.mjs';
import { median } from './median.mjs';
import { startRedis } from './process.mjs';
import { startTarget } from './start-target.mjs';
import { bridge } from './systems.mjs';

const BYTES = 1_024;
const LOOK_MS = 10_000;
/** In which code gets warm and pools fill; what is compared begins after it. */
const WARM_UP_MS = 60_000;

export async function memory({ minutes, say }) {
  const target = await startTarget();
  const redis = await startRedis();
  const system = await bridge(redis, target);
  try {
    await load(system.url, {
      seconds: Math.min(WARM_UP_MS / 1_000, minutes * 12),
      bytes: BYTES,
      prefix: 'warm',
    });
    await target.stats();
    const seconds = minutes * 60;
    const began = performance.now();
    const loading = load(system.url, { seconds, bytes: BYTES, prefix: 'full' });
    const isOver = () =>
      Promise.race([
        loading.then(() => true),
        new Promise((resolve) => setTimeout(() => resolve(false), LOOK_MS)),
      ]);
    const looks = [];
    let delivered = 0;
    while (!(await isOver())) {
      looks.push({ ingress: await lookAt(system.ingress), worker: await lookAt(system.worker) });
      delivered += (await target.stats()).events;
      const { ingress, worker } = looks.at(-1);
      const passed = Math.round((performance.now() - began) / 1_000);
      say(
        `memory after ${passed} s: ingress ${Math.round(ingress.memoryMiB)} MiB, lag ${ingress.lagMs.toFixed(0)} ms; worker ${Math.round(worker.memoryMiB)} MiB, lag ${worker.lagMs.toFixed(0)} ms; ${delivered} delivered`,
      );
    }
    const took = (performance.now() - began) / 1_000;
    const { perSecond } = await loading;
    return {
      minutes,
      acceptedPerSecond: perSecond,
      deliveredPerSecond: delivered / took,
      ingress: compare(looks.map(({ ingress }) => ingress)),
      worker: compare(looks.map(({ worker }) => worker)),
    };
  } finally {
    await system.close();
    await redis.close();
    await target.close();
  }
}

/** The first and the last fifth, and the worst lag between two looks. */
function compare(looks) {
  const fifth = Math.max(1, Math.floor(looks.length / 5));
  const middle = (some) => median(some.map(({ memoryMiB }) => memoryMiB));
  return {
    firstMiB: middle(looks.slice(0, fifth)),
    lastMiB: middle(looks.slice(-fifth)),
    mostMiB: Math.max(...looks.map(({ memoryMiB }) => memoryMiB)),
    lagMs: median(looks.map(({ lagMs }) => lagMs)),
    worstLagMs: Math.max(...looks.map(({ lagMs }) => lagMs)),
  };
}
