// How fast webhooks are acknowledged: 50 connections, the three systems in turn, no worker running.
import { startNode, startRedis } from './process.mjs';
import { bareExpress, bridge, relay } from './systems.mjs';
import { median } from './median.mjs';
import { costOf } from './processor.mjs';

const LOAD = new URL('load.mjs', import.meta.url).pathname;

/** One run of the load against a URL. */
export async function load(url, options) {
  const args = Object.entries({ url, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const started = await startNode(LOAD, args);
  const result = JSON.parse(await started.next());
  await started.close();
  return result;
}

export async function ingest({ rounds, seconds, bytes, profile, say }) {
  const target = { url: 'http://127.0.0.1:9' };
  const redis = await startRedis();
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const systems = [
    await bareExpress(),
    await relay(redis, target, ['ingress']),
    await bridge(redis, target, ['ingress'], nodeArgs),
  ];
  const found = systems.map(({ name }) => ({ name, runs: [] }));
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const [i, system] of systems.entries()) {
        const pids = { own: system.ingress.child.pid, redis: redis.child.pid };
        const { result: run, cost } = await costOf(pids, async () => {
          const result = await load(system.url, {
            seconds: round === 0 ? 2 : seconds,
            bytes,
            prefix: `${round}-${i}`,
          });
          return { result, events: result.accepted };
        });
        // The first round warms up
        if (round > 0) found[i].runs.push({ ...run, cost });
        say(
          `ingest ${bytes} B round ${round} ${system.name}: ${Math.round(run.perSecond)}/s p99 ${run.p99} ms, refused ${run.refused}`,
        );
      }
    }
  } finally {
    for (const system of systems) await system.close();
    await redis.close();
  }
  const [bare] = found;
  return found.map(({ name, runs }) => ({
    name,
    perSecond: median(runs.map((run) => run.perSecond)),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    refused: runs.reduce((sum, run) => sum + run.refused, 0),
    processorMicros: median(runs.map((run) => run.cost.own)),
    redisMicros: median(runs.map((run) => run.cost.redis)),
    // Pair by pair, so that a machine whose speed drifts does not decide
    againstBare: median(runs.map((run, i) => run.perSecond / bare.runs[i].perSecond)),
  }));
}
