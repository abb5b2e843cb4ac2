import type { Beside } from './beside.js';
import { countWorkers } from './queue/worker-places.js';
import type { LastReload } from './last-reload.js';
import type { Shared } from './shared.js';

/** The bridge itself, as its API tells it. What only Redis knows is null while it is away. */
export async function readSystem(
  { inForce, instance, store, version }: Shared,
  { ingress }: Beside,
  lastReload: LastReload | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const { hash, effective } = inForce();
  const client = store.connections.quick;
  const [durability, workers, redisVersion] = await Promise.all([
    store.durability().catch(() => undefined),
    countWorkers(client, store.prefix).catch(() => null),
    client.info('server').then(
      (text) => /^(?:redis|valkey)_version:(\S+)/m.exec(text)?.[1] ?? null,
      () => null,
    ),
  ]);
  const spool = ingress()?.spool.stats();
  return {
    version,
    node: process.version,
    instance,
    config_hash: hash,
    workers,
    redis_version: redisVersion,
    last_reload:
      lastReload === undefined ? null : { ...lastReload, at: new Date(lastReload.at).toISOString() },
    durability:
      durability === undefined
        ? null
        : {
            durable: durability.durable,
            sentence: durability.sentence,
            appendonly: durability.appendonly,
            appendfsync: durability.appendfsync,
            maxmemory_policy: durability.maxmemoryPolicy,
            role: durability.role,
            replicas: durability.replicas,
          },
    spool:
      spool === undefined ? null : { events: spool.events, bytes: spool.bytes, max_bytes: spool.maxBytes },
    config: effective.config,
    origins: effective.origins,
  };
}
