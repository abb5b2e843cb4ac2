import type { Shared } from './shared.js';
import type { Beside } from './beside.js';
import { openConsole } from './open-console.js';
import { openVerbs } from './open-verbs.js';
import { createFailedLogins } from './ops/admin/failed-logins.js';
import { unlessStoreAway } from './ops/admin/unless-store-away.js';
import { registerLiveGauges } from './ops/observe/live-gauges.js';
import { registerProcessGauges } from './ops/observe/process-gauges.js';
import { startOpsListener } from './ops/ops-listener.js';
import { summarize, type Readiness } from './ops/readiness.js';
import { createReadiness } from './queue/readiness.js';
import { countWorkers } from './queue/worker-places.js';

export interface Ops {
  readonly url: string;
}

/** Opens the listener for people and Prometheus. Rejects when the port is taken. */
export async function openOps(shared: Shared, beside: Beside): Promise<Ops> {
  const { closers, observe, metrics, store, inForce, now } = shared;
  const { connections, prefix, reader } = store;
  const client = connections.quick;
  const storeReady = createReadiness(client, prefix, now);

  registerLiveGauges(metrics.registry, {
    counts: () => reader.counts(),
    oldestPending: () => reader.oldestPending(),
    redisUp: async () => (await storeReady()).ok,
    redisDurable: async () => (await store.durability()).durable,
    circuits: () => beside.worker()?.stage.circuits() ?? [],
    inFlight: () => beside.ingress()?.inFlight() ?? 0,
    workers: () => countWorkers(client, prefix),
  });
  registerProcessGauges(metrics.registry, {
    spool: () => beside.ingress()?.spool.stats(),
    routes: () => routeStates(shared, beside),
    ping: () => client.ping(),
  });

  const routes = unlessStoreAway(openVerbs(shared, beside), storeReady);
  const failedLogins = createFailedLogins(now);
  const console = openConsole(shared, beside, { verbs: routes, storeReady, failedLogins });
  const listener = await startOpsListener({
    settings: inForce().config.ops,
    tokens: () => inForce().config.ops.tokens,
    failedLogins,
    routes,
    console: console.handler,
    session: console.session,
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    readiness: () => readiness(shared, beside, storeReady),
    unexpected: (error, requestId) =>
      observe({
        kind: 'notice',
        level: 'error',
        event: 'ops.failed',
        message: 'A request of the operations listener failed inside the bridge',
        data: {
          request_id: requestId,
          cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
        },
      }),
  });
  closers.push('operations listener', () => listener.close());
  return { url: listener.url };
}

/** Every configured route, and whether this process has paused it; none where it does not deliver. */
function routeStates({ inForce }: Shared, { worker }: Beside) {
  const pauses = worker()?.stage.pauses.list();
  if (pauses === undefined) return [];
  const paused = new Set(pauses.map(({ source, route }) => `${source}/${route}`));
  return inForce().config.sources.flatMap(({ name: source, routes }) =>
    routes.map(({ name: route }) => ({ source, route, paused: paused.has(`${source}/${route}`) })),
  );
}

async function readiness(
  { leaving, inForce, store }: Shared,
  { ingress }: Beside,
  storeReady: () => Promise<{ readonly ok: boolean; readonly detail: string }>,
): Promise<Readiness> {
  const redis = await storeReady();
  const spool = ingress()?.spool.stats();
  const room = spool !== undefined && spool.bytes < spool.maxBytes;
  const durability = redis.ok ? (await store.durability().catch(() => undefined))?.sentence : undefined;
  return summarize([
    { name: 'config', ok: true, detail: `configuration ${inForce().hash}` },
    {
      name: 'store',
      ok: redis.ok || room,
      detail: redis.ok
        ? redis.detail
        : `${redis.detail}; ${room ? 'events go to the spool' : 'there is no spool to take events'}`,
    },
    { name: 'draining', ok: !leaving(), detail: leaving() ? 'the bridge is stopping' : 'not stopping' },
    { name: 'durability', ok: true, detail: durability ?? 'not known while Redis is away' },
  ]);
}
