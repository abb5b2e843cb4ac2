import { join } from 'node:path';
import type { InForce } from './in-force.js';
import type { Closers } from './closers.js';
import type { Observe } from './model/observation.js';
import { compact } from './queue/compact.js';
import { openQueues, type BullQueues } from './queue/bull-queues.js';
import { openRedis, type RedisConnections } from './queue/connect.js';
import { createDeliveryReader, type DeliveryReader } from './queue/delivery-reader.js';
import { createDurability, type Durability } from './queue/durability.js';
import { checkEpoch } from './queue/epoch.js';
import { createLease } from './queue/lease.js';
import { createRejectedStore, type RejectedStore } from './queue/rejected-store.js';
import { createSeal, type Seal } from './queue/seal.js';
import { startCompacting } from './queue/start-compacting.js';
import { startSweeping, sweep } from './queue/sweep.js';

/** Redis and what every role reads or writes there. */
export interface Store {
  readonly connections: RedisConnections;
  readonly prefix: string;
  readonly sourceNames: () => readonly string[];
  readonly queues: BullQueues;
  readonly reader: DeliveryReader;
  readonly rejected: RejectedStore;
  /** How payloads are kept. */
  readonly seal: Seal;
  /** How Redis keeps what it takes. Rejects while it is away. */
  readonly durability: () => Promise<Durability>;
  readonly lease: (name: string, ms: number) => Promise<boolean>;
  /** After a reload. */
  sourcesChanged(): void;
}

/** Retention is one process's work a minute. */
const SWEEP_LEASE_MS = 50_000;
const EPOCH_EVERY_MS = 5_000;

/** Opens the connections; nothing waits for Redis to be there. */
export function openStore(deps: {
  readonly inForce: () => InForce;
  readonly observe: Observe;
  readonly closers: Closers;
  readonly instance: string;
  readonly dataDir: string;
  readonly now: () => number;
}): Store {
  const { inForce, observe, closers, instance, dataDir, now } = deps;
  const { redis, retention } = inForce().config;
  const { prefix } = redis;
  const connections = openRedis(redis, observe);
  closers.push('redis', () => connections.close());
  const client = connections.quick;
  const sourceNames = (): readonly string[] => [...inForce().sources.keys()];

  const queues = openQueues(connections.patient, prefix, sourceNames());
  closers.push('queues', () => queues.close());
  const seal = createSeal(() => inForce().config.storage);
  const lease = createLease(client, prefix, instance);
  const sweeping = startSweeping(async () => {
    if (!(await lease('sweep', SWEEP_LEASE_MS))) return;
    const early = await sweep({ client, prefix, queues, retention: inForce().config.retention, now: now() });
    if (early === 0) return;
    observe({
      kind: 'notice',
      level: 'warn',
      event: 'retention.short_of_memory',
      message:
        'Redis is short of memory: the oldest delivered events were removed before their retention was over',
      data: { removed: early },
    });
  });
  closers.push('sweep', () => sweeping.stop());
  const compacting = startCompacting({
    sources: () => queues.sources,
    lease,
    compact: (source) => compact({ client, prefix, source, now: now() }),
  });
  closers.push('compaction', () => compacting.stop());
  closers.push('epoch', watchEpoch({ connections, prefix, file: join(dataDir, 'redis-epoch'), observe }));

  return {
    connections,
    prefix,
    sourceNames,
    queues,
    reader: createDeliveryReader({ client, prefix, sources: sourceNames, seal }),
    rejected: createRejectedStore({
      client,
      prefix,
      retentionMs: retention.rejected,
      sources: sourceNames,
      seal,
    }),
    seal,
    durability: createDurability(client, now),
    lease,
    sourcesChanged: () => queues.add(sourceNames()),
  };
}

/** A Redis that came back empty is said so, loudly: what it had acknowledged is gone. */
function watchEpoch(deps: {
  readonly connections: RedisConnections;
  readonly prefix: string;
  readonly file: string;
  readonly observe: Observe;
}): () => Promise<void> {
  const { connections, prefix, file, observe } = deps;
  const check = async (): Promise<void> => {
    if ((await checkEpoch(connections.quick, prefix, file)) !== 'lost') return;
    observe({
      kind: 'notice',
      level: 'error',
      event: 'redis.lost',
      message:
        'Redis came back without its data: what it had acknowledged is gone, unless it can be restored',
    });
  };
  let checking = Promise.resolve();
  const go = (): void => {
    checking = checking.then(check).catch(() => undefined);
  };
  connections.quick.on('ready', go);
  const timer = setInterval(go, EPOCH_EVERY_MS);
  return async () => {
    clearInterval(timer);
    connections.quick.off('ready', go);
    await checking;
  };
}
