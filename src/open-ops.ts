import type { Shared } from './shared.js';
import type { Beside } from './beside.js';
import { openConsole } from './open-console.js';
import { createRelease } from './intake/release.js';
import { deliveryRoutes } from './ops/admin/delivery-routes.js';
import type { Change } from './ops/admin/ports.js';
import { rejectedRoutes } from './ops/admin/rejected-routes.js';
import { registerLiveGauges } from './ops/observe/live-gauges.js';
import { startOpsListener } from './ops/ops-listener.js';
import { summarize, type Readiness } from './ops/readiness.js';
import { createDeliveryVerbs } from './queue/delivery-verbs.js';
import { readDurability } from './queue/durability.js';
import { createEventStore } from './queue/event-store.js';
import { createReadiness } from './queue/readiness.js';
import { countWorkers } from './queue/worker-places.js';

export interface Ops {
  readonly url: string;
}

/** Opens the listener for people and Prometheus. Rejects when the port is taken. */
export async function openOps(shared: Shared, beside: Beside): Promise<Ops> {
  const { closers, observe, metrics, store, inForce, now } = shared;
  const { connections, prefix, queues, reader, rejected } = store;
  const client = connections.quick;
  const storeReady = createReadiness(client, prefix, now);

  registerLiveGauges(metrics.registry, {
    counts: () => reader.counts(),
    oldestPending: () => reader.oldestPending(),
    redisUp: async () => (await storeReady()).ok,
    redisDurable: async () => (await readDurability(client)).durable,
    circuits: () => beside.worker()?.stage.circuits() ?? [],
    inFlight: () => beside.ingress()?.inFlight() ?? 0,
    workers: () => countWorkers(client, prefix),
  });

  const verbs = createDeliveryVerbs({ client, prefix, queues, reader, now });
  const release = createRelease({
    sources: () => inForce().sources,
    store: createEventStore(client, prefix),
    quarantine: rejected,
    observe,
  });
  const routes = [
    ...deliveryRoutes(reader, verbs),
    ...rejectedRoutes(rejected, {
      release: (id: string, _change: Change) => release(id),
      discard: async (id: string, _change: Change) => {
        const found = await rejected.show(id);
        if (found !== undefined) await rejected.remove(found);
      },
    }),
  ];
  const console = openConsole(shared, beside, routes, storeReady);
  const listener = await startOpsListener({
    settings: inForce().config.ops,
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

async function readiness(
  { leaving, inForce, store }: Shared,
  { ingress }: Beside,
  storeReady: () => Promise<{ readonly ok: boolean; readonly detail: string }>,
): Promise<Readiness> {
  const redis = await storeReady();
  const spool = ingress()?.spool.stats();
  const room = spool !== undefined && spool.bytes < spool.maxBytes;
  const durability = redis.ok
    ? (await readDurability(store.connections.quick).catch(() => undefined))?.sentence
    : undefined;
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
