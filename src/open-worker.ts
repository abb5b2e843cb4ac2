import type { InForce } from './in-force.js';
import type { Shared } from './shared.js';
import { createDeliveryStage, type DeliveryStage, type StageTarget } from './delivery/delivery-stage.js';
import { startFollower } from './delivery/follow.js';
import type { TargetSettings } from './model/settings.js';
import { createBatchedBackend } from './queue/batched-backend.js';
import { createDeliveryRecords } from './queue/delivery-records.js';
import { openData } from './queue/kept-delivery.js';
import { keysOf } from './queue/keys.js';
import { joinWorkers } from './queue/worker-places.js';
import { probeKomand } from './targets/komand/probe.js';
import { createKomandTarget, type KomandTarget } from './targets/komand/target.js';
import { tellWorkerStatus } from './worker-status.js';

export interface WorkerRole {
  readonly stage: DeliveryStage;
  configure(next: InForce): Promise<void>;
  targets(): readonly KomandTarget[];
}

/** Calls under way may end, but SIGTERM is promised to be over in 25 s. Milliseconds. */
const FINISH_MS = 20_000;

interface OpenTarget {
  readonly key: string;
  readonly target: KomandTarget;
  readonly stage: StageTarget;
}

/** Opens targets, delivery and follow-up. */
export async function openWorker(shared: Shared): Promise<WorkerRole> {
  const { closers, observe, store, inForce, now } = shared;
  const { connections, prefix, seal, sourceNames } = store;
  const client = connections.patient;
  const retentionMs = inForce().config.retention.delivered;
  const records = createDeliveryRecords({
    client,
    prefix,
    retentionMs,
    sources: sourceNames,
    seal,
  });
  let open = new Map<string, OpenTarget>();
  closers.push('targets', async () => {
    await Promise.all([...open.values()].map(({ target }) => target.close()));
  });

  const places = joinWorkers({
    client: connections.quick,
    prefix,
    id: shared.instance,
    changed: () => stage.resize(),
  });
  closers.push('worker place', () => places.close());
  const stage = createDeliveryStage({
    prefix,
    queueName: (source) => keysOf(prefix, source).queueName,
    connection: client,
    backend: (source, lockMs, signal) =>
      createBatchedBackend({ client, prefix, source, lockMs, retentionMs, seal, now, signal }),
    readDelivery: (source, id, text) => openData(seal, source, id, text),
    records,
    place: () => places.place(),
    observe,
    now,
    random: Math.random,
  });
  closers.push('workers', () => within(FINISH_MS, stage.close()));
  const follower = startFollower({
    list: { ...records, lease: (target, ms) => store.lease(`follow-${target}`, ms) },
    routing: stage,
    sources: sourceNames,
    observe,
    now,
  });
  closers.push('follower', () => follower.close());

  const configure = async (next: InForce): Promise<void> => {
    const before = open;
    open = new Map(
      next.config.targets.map((settings) => {
        const key = JSON.stringify(settings);
        const same = before.get(settings.name);
        return [settings.name, same?.key === key ? same : openTarget(shared, settings, key)];
      }),
    );
    await stage.configure({
      routes: [...next.sources.values()].map(({ name, routes }) => ({ source: name, routes })),
      targets: [...open.values()].map((each) => each.stage),
    });
    const kept = new Set([...open.values()].map(({ target }) => target));
    await Promise.all(
      [...before.values()].filter(({ target }) => !kept.has(target)).map(({ target }) => target.close()),
    );
  };
  await configure(inForce());
  const targets = (): readonly KomandTarget[] => [...open.values()].map(({ target }) => target);
  tellWorkerStatus(shared, stage, targets);
  return { stage, configure, targets };
}

function openTarget({ observe, readFile, now }: Shared, settings: TargetSettings, key: string): OpenTarget {
  const target = createKomandTarget(settings, { observe, readFile, now });
  return { key, target, stage: { settings, target, probe: () => probeKomand(target) } };
}

/** What is not over by then is cut off with the process: its lock runs out and another worker takes it up. */
function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
