import { createDeliveryStage, type DeliveryStage } from '../../src/delivery/delivery-stage.js';
import type { Place } from '../../src/delivery/share.js';
import type { Arrival } from '../../src/model/arrival.js';
import type { DeliveryView } from '../../src/model/delivery.js';
import { deliveryId, newEventId, type DeliveryId } from '../../src/model/ids.js';
import type { Notice, Observation } from '../../src/model/observation.js';
import type { RedisSettings, TargetSettings } from '../../src/model/settings.js';
import type { Route } from '../../src/model/source.js';
import type { Target } from '../../src/model/target.js';
import { createBatchedBackend } from '../../src/queue/batched-backend.js';
import { openRedis } from '../../src/queue/connect.js';
import { createDeliveryReader } from '../../src/queue/delivery-reader.js';
import { createDeliveryRecords } from '../../src/queue/delivery-records.js';
import { readDelivery } from '../../src/queue/delivery-text.js';
import { createEventStore } from '../../src/queue/event-store.js';
import { keysOf } from '../../src/queue/keys.js';
import { probeKomand } from '../../src/targets/komand/probe.js';
import { createKomandTarget, type KomandTarget } from '../../src/targets/komand/target.js';
import { NO_SEAL } from './seals.js';

export function redisAt(url: string): RedisSettings {
  return { url, mode: 'single', nodes: [], prefix: 'bridge' };
}

export function targetAt(url: string, over: Partial<TargetSettings> = {}): TargetSettings {
  return {
    name: 'soar',
    type: 'komand',
    url,
    publicUrl: 'https://komand.example.com',
    username: 'bridge',
    password: 'komand',
    tokenAs: 'bearer',
    tls: { insecureSkipVerify: false },
    timeout: 5_000,
    concurrency: 32,
    sessionMax: 600_000,
    ...over,
  };
}

export interface StageWorld {
  readonly stage: DeliveryStage;
  readonly target: KomandTarget;
  readonly observed: Observation[];
  notices(event: string): Notice[];
  /** Stores that many events; their bodies differ. */
  accept(source: string, count: number, route?: string): Promise<DeliveryId[]>;
  show(id: DeliveryId): Promise<DeliveryView | undefined>;
  shown(ids: readonly DeliveryId[]): Promise<DeliveryView[]>;
  findByJobId(source: string, jobId: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A delivery stage on a real Redis and a real target. */
export async function openStage(options: {
  readonly redisUrl: string;
  readonly settings: TargetSettings;
  readonly routes: readonly Route[];
  readonly place?: () => Place;
  readonly wrap?: (target: Target) => Target;
}): Promise<StageWorld> {
  const { settings, routes } = options;
  const sources = [...new Set(routes.map(({ source }) => source))];
  const observed: Observation[] = [];
  const observe = (each: Observation): void => void observed.push(each);
  const connections = openRedis(redisAt(options.redisUrl), observe);
  const client = connections.patient;
  const deps = { client, prefix: 'bridge', sources: () => sources, seal: NO_SEAL };
  const records = createDeliveryRecords({ ...deps, retentionMs: 600_000 });
  const reader = createDeliveryReader(deps);
  const store = createEventStore(client, 'bridge', NO_SEAL);
  const target = createKomandTarget(settings, { observe, readFile: () => '' });
  const stage = createDeliveryStage({
    prefix: 'bridge',
    queueName: (source) => keysOf('bridge', source).queueName,
    connection: client,
    backend: (source, lockMs, signal) =>
      createBatchedBackend({
        seal: NO_SEAL,
        client,
        prefix: 'bridge',
        source,
        lockMs,
        retentionMs: 600_000,
        now: Date.now,
        signal,
      }),
    readDelivery,
    records,
    place: options.place ?? (() => ({ count: 1, rank: 0 })),
    observe,
    now: Date.now,
    random: Math.random,
  });
  await stage.configure({
    routes: sources.map((source) => ({ source, routes: routes.filter((each) => each.source === source) })),
    targets: [{ settings, target: options.wrap?.(target) ?? target, probe: () => probeKomand(target) }],
  });
  let closing: Promise<void> | undefined;
  const shown = async (ids: readonly DeliveryId[]): Promise<DeliveryView[]> => {
    const views = await Promise.all(ids.map((id) => reader.show(id)));
    return views.filter((view) => view !== undefined);
  };
  return {
    stage,
    target,
    observed,
    notices: (event) =>
      observed.filter((each): each is Notice => each.kind === 'notice' && each.event === event),
    async accept(source, count, route = 'all') {
      const arrivals = Array.from({ length: count }, () => arrivalOf(source, route));
      await store.accept(arrivals);
      return arrivals.map(({ event }) => deliveryId(event.id, route));
    },
    show: (id) => reader.show(id),
    shown,
    findByJobId: async (source, jobId) =>
      (await client.get(keysOf('bridge', source).jobId(jobId))) ?? undefined,
    close: () =>
      (closing ??= (async () => {
        await stage.close();
        await target.close();
        await connections.close();
      })()),
  };
}

function arrivalOf(source: string, route: string): Arrival {
  const now = Date.now();
  const id = newEventId(now);
  return {
    routes: [route],
    event: {
      id,
      source,
      deliveryKey: `body:${id}`,
      dedupeWindowMs: 600_000,
      receivedAt: now,
      body: JSON.stringify({ id, pad: 'x'.repeat(100) }),
      contentType: 'application/json',
      headers: {},
      requestId: 'req_test',
    },
  };
}
