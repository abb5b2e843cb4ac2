// How fast what was accepted reaches the target: a backlog worked off by one worker, and the way through at 200 a second.
import { Redis } from 'ioredis';
import { startRedis } from './process.mjs';
import { startTarget } from './start-target.mjs';
import { bridge, relay } from './systems.mjs';
import { load } from './ingest.mjs';
import { median } from './median.mjs';
import { costOf } from './processor.mjs';

const RATE = 200;
/** Events that make a fresh worker fast, and the time in which they are delivered and followed. */
const WARM_UP = 2_000;
const SETTLE_MS = 5_000;
/** What is delivered before these shares of the backlog warms the worker up, and what comes after is its end. */
const FROM = 0.3;
const TO = 0.95;
const LOOK_MS = 20;
/** What a round is waited for. */
const AT_MOST_MS = 120_000;
/** And for the packing of what was delivered: some 2,000 a second, once it is 15 s old. */
const PACKED_AT_MOST_MS = 300_000;
/** Dead letters that are weighed. */
const DEAD = 2_000;

export async function delivery({ rounds, seconds, bytes, profile, say }) {
  const target = await startTarget();
  const { stats } = target;
  // Enough for the faster of the two to be busy for about as long as a round takes
  const backlog = (bytes > 8_000 ? 2_000 : 5_000) * seconds;
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const made = [
    (redis) => relay(redis, target, ['ingress']),
    (redis) => bridge(redis, target, ['ingress'], nodeArgs),
  ];
  const systems = [];
  try {
    for (const make of made) systems.push(await open(make));
    // Before anything has piled up: what a backlog leaves to be followed takes its time afterwards
    for (let round = 1; round <= rounds; round += 1) {
      for (const { system, ways } of systems) {
        await system.startWorker();
        await load(system.url, { count: WARM_UP, bytes, prefix: `w${round}` });
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        await stats();
        await load(system.url, { seconds, bytes, rate: RATE, connections: 20, prefix: `l${round}` });
        await new Promise((resolve) => setTimeout(resolve, 500));
        const { p50, p99 } = await stats();
        await system.stopWorker();
        ways.push({ p50, p99 });
        say(`delivery ${bytes} B at ${RATE}/s round ${round} ${system.name}: p50 ${p50} p99 ${p99} ms`);
      }
    }
    for (const each of systems) {
      const before = await usedMemory(each.client);
      await load(each.system.url, { count: backlog, bytes, prefix: 'memory' });
      each.waitingBytes = ((await usedMemory(each.client)) - before) / backlog;
    }
    for (let round = 0; round <= rounds; round += 1) {
      for (const { system, redis, runs } of systems) {
        if (round > 0) await load(system.url, { count: backlog, bytes, prefix: `r${round}` });
        await stats();
        await system.startWorker();
        const { perSecond, cost } = await workOff(stats, backlog, {
          own: system.worker.child.pid,
          redis: redis.child.pid,
        });
        await system.stopWorker();
        // The first round warms up
        if (round > 0) runs.push({ perSecond, cost });
        say(
          `delivery ${bytes} B round ${round} ${system.name}: ${Math.round(perSecond)}/s, ${Math.round(cost.own)} us (Redis ${Math.round(cost.redis)})`,
        );
      }
    }
    const total = backlog * (rounds + 1) + (RATE * seconds + WARM_UP) * rounds;
    await untilPacked(systems[1].client);
    for (const each of systems) each.keptBytes = ((await usedMemory(each.client)) - each.emptyBytes) / total;
  } finally {
    for (const { system, redis, client } of systems) {
      await system.close();
      client.disconnect();
      await redis.close();
    }
    await target.close();
  }
  const deadBytes = await weighDeadLetters(bytes, nodeArgs);
  const [first] = systems;
  return systems.map(({ system: { name }, ways, runs, waitingBytes, keptBytes }) => ({
    name,
    perSecond: median(runs.map((run) => run.perSecond)),
    p50: median(ways.map((way) => way.p50)),
    p99: median(ways.map((way) => way.p99)),
    processorMicros: median(runs.map((run) => run.cost.own)),
    redisMicros: median(runs.map((run) => run.cost.redis)),
    waitingBytes: Math.round(waitingBytes),
    keptBytes: Math.round(keptBytes),
    ...(name === 'Komand Bridge' ? { deadBytes } : {}),
    // Pair by pair, so that a machine whose speed drifts does not decide
    againstRelay: median(runs.map((run, i) => run.perSecond / first.runs[i].perSecond)),
  }));
}

/** A system with a Redis of its own. */
async function open(make) {
  const redis = await startRedis();
  const client = new Redis(redis.port, '127.0.0.1');
  const system = await make(redis);
  return { redis, client, system, emptyBytes: await usedMemory(client), ways: [], runs: [] };
}

/** The bridge packs what is delivered a while later, in whichever of its processes still runs. */
async function untilPacked(client) {
  await waitUntil('everything packed', PACKED_AT_MOST_MS, async () => {
    const [newest] = await client.zrange('bridge:{bench}:completed', -1, -1);
    const cursor = (await client.get('bridge:{bench}:compacted')) ?? '';
    return newest !== undefined && cursor.endsWith(newest);
  });
}

/** Looks until it is so. Throws after so many milliseconds. */
async function waitUntil(what, atMostMs, isSo) {
  const end = performance.now() + atMostMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not ${what} within ${atMostMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function usedMemory(client) {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? 0);
}

/** How fast the middle of a backlog comes, from the target's own count, and what it costs. */
async function workOff(stats, backlog, pids) {
  let delivered = 0;
  const until = async (share) => {
    const end = performance.now() + AT_MOST_MS;
    while (delivered < backlog * share && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      delivered += (await stats()).events;
    }
    return { delivered, at: performance.now() };
  };
  const from = await until(FROM);
  const { result, cost } = await costOf(pids, async () => {
    const to = await until(TO);
    const events = to.delivered - from.delivered;
    return { result: (events * 1_000) / (to.at - from.at), events };
  });
  await until(1);
  return { perSecond: result, cost };
}

/** What Redis keeps of an event that the target refused, in bytes. */
async function weighDeadLetters(bytes, nodeArgs) {
  const target = await startTarget();
  const { system, redis, client } = await open((store) => bridge(store, target, ['ingress'], nodeArgs));
  try {
    const before = await usedMemory(client);
    await load(system.url, { count: DEAD, bytes, prefix: 'dead' });
    await system.startWorker();
    await waitUntil(
      `${DEAD} dead letters`,
      AT_MOST_MS,
      async () => (await client.zcard('bridge:{bench}:failed')) >= DEAD,
    );
    await system.stopWorker();
    return Math.round(((await usedMemory(client)) - before) / DEAD);
  } finally {
    await system.close();
    client.disconnect();
    await redis.close();
    await target.close();
  }
}
