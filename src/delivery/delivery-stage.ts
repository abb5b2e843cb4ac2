import type { BackendFactory, ConnectionOptions, RedisQueueBackend } from 'bullmq';
import { setMaxListeners } from 'node:events';
import type { Delivery } from '../model/delivery.js';
import type { SealedError } from '../model/sealed-error.js';
import type { Observe } from '../model/observation.js';
import type { TargetSettings } from '../model/settings.js';
import type { Route } from '../model/source.js';
import type { Target } from '../model/target.js';
import { createDeliver } from './deliver.js';
import type { Records, Routing, Share } from './ports.js';
import { createReconcile, type Reconcile } from './reconcile.js';
import { createRoutePauses, type RoutePauses } from './route-pauses.js';
import { createSafeDeliver } from './safe-deliver.js';
import { shareOf, type Place } from './share.js';
import { createTargetGate, type TargetGate } from './target-gate.js';
import { LOCK_MS, startSourceWorker, type SourceWorker } from './worker.js';

/** A target as this stage uses it. */
export interface StageTarget {
  readonly settings: Pick<TargetSettings, 'name' | 'concurrency' | 'rateLimit'>;
  readonly target: Target;
  /** Asks something harmless; resolves whether the target answered. Never rejects. */
  readonly probe: () => Promise<{ readonly up: boolean; readonly reason: string }>;
}

export interface StageDeps {
  readonly prefix: string;
  readonly queueName: (source: string) => string;
  readonly connection: ConnectionOptions;
  /** How a source's deliveries are fetched and ended, by locks of so many milliseconds, until `signal` fires. */
  readonly backend: (
    source: string,
    lockMs: number,
    signal: AbortSignal,
  ) => BackendFactory<RedisQueueBackend>;
  /** Reads what the queue keeps of a delivery, or says why it cannot be opened. */
  readonly readDelivery: (source: string, id: string, text: string) => Delivery | SealedError | undefined;
  readonly records: Records;
  /** Where this process stands among the workers; `undefined` while that is not known. */
  readonly place: () => Place | undefined;
  readonly observe: Observe;
  readonly now: () => number;
  readonly random: () => number;
}

/** What the stage delivers by; another one after a reload. */
export interface StageConfig {
  readonly routes: readonly { readonly source: string; readonly routes: readonly Route[] }[];
  readonly targets: readonly StageTarget[];
}

export interface DeliveryStage extends Routing {
  configure(config: StageConfig): Promise<void>;
  /** After workers came or went. */
  resize(): void;
  circuits(): readonly ({ readonly target: string } & ReturnType<TargetGate['circuit']>)[];
  readonly pauses: RoutePauses;
  /** Takes nothing new, lets calls under way end, gives the rest back. */
  close(): Promise<void>;
}

/** One source's worker fetches at most so many deliveries at a time, however many targets it has. */
const MAX_FETCHED = 256;

/** The workers of all sources, the gates of all targets. */
export function createDeliveryStage(deps: StageDeps): DeliveryStage {
  const { observe, now, random } = deps;
  const stopping = new AbortController();
  // Everything that waits here listens to it; Node takes more than ten listeners for a leak
  setMaxListeners(0, stopping.signal);
  const pauses = createRoutePauses(observe, now);
  const gates = new Map<string, TargetGate>();
  const reconciles = new Map<string, Reconcile>();
  const workers = new Map<string, SourceWorker>();
  let targets = new Map<string, StageTarget>();
  let routes = new Map<string, ReadonlyMap<string, Route>>();

  const routing: Routing = {
    route: (source, name) => routes.get(source)?.get(name),
    target: (name) => targets.get(name)?.target,
  };
  const deliver = createSafeDeliver(
    createDeliver({
      routing,
      gate: (name) => gates.get(name),
      reconcile: (name) => reconciles.get(name) ?? (() => Promise.resolve({ kind: 'none', looked: 0 })),
      pauses,
      observe,
      now,
      random,
    }),
    deps,
  );

  const shareIn = (name: string): Share => {
    const current = targets.get(name);
    return current === undefined ? { concurrency: 0 } : shareOf(current.settings, deps.place());
  };
  /** Away, or with more workers than places nothing of it is ours. */
  const isBarred = (name: string): boolean =>
    gates.get(name)?.circuit().state !== 'closed' || shareIn(name).concurrency === 0;

  /** Fetching only to put back, or to sit on, would keep Redis busy all through an outage and others waiting. */
  const applyHolds = (): void => {
    for (const worker of workers.values()) {
      const names = targetsOf(worker.source).filter((name) => targets.has(name));
      worker.hold(names.length > 0 && names.every(isBarred));
      worker.setConcurrency(concurrencyOf(worker.source));
    }
  };

  const targetsOf = (source: string): string[] => [
    ...new Set([...(routes.get(source)?.values() ?? [])].map((route) => route.target)),
  ];
  const concurrencyOf = (source: string): number => {
    const sum = targetsOf(source).reduce((total, name) => total + shareIn(name).concurrency, 0);
    return Math.max(1, Math.min(sum, MAX_FETCHED));
  };

  const openGate = ({ settings: { name } }: StageTarget): TargetGate =>
    createTargetGate({
      name,
      share: () => shareIn(name),
      probe: () =>
        targets.get(name)?.probe() ?? Promise.resolve({ up: false, reason: 'the target is not configured' }),
      observe,
      now,
      changed: applyHolds,
    });

  return {
    ...routing,
    pauses,
    async configure(config) {
      if (stopping.signal.aborted) return;
      const before = targets;
      targets = new Map(config.targets.map((each) => [each.settings.name, each]));
      routes = new Map(
        config.routes.map(({ source, routes: all }) => [
          source,
          new Map(all.map((route) => [route.name, route])),
        ]),
      );
      pauses.reset();
      // A target that stayed the same keeps its circuit
      for (const [name, gate] of gates) {
        if (targets.get(name)?.target === before.get(name)?.target) continue;
        gate.close();
        gates.delete(name);
        reconciles.delete(name);
      }
      for (const each of config.targets) {
        const { name } = each.settings;
        if (gates.has(name)) continue;
        gates.set(name, openGate(each));
        reconciles.set(name, createReconcile({ target: each.target, records: deps.records }));
      }
      const gone = [...workers.values()].filter(({ source }) => !routes.has(source));
      for (const worker of gone) workers.delete(worker.source);
      for (const source of routes.keys()) {
        const running = workers.get(source);
        if (running !== undefined) {
          running.setConcurrency(concurrencyOf(source));
          continue;
        }
        const { connection, prefix, records } = deps;
        workers.set(
          source,
          startSourceWorker({
            source,
            queueName: deps.queueName(source),
            prefix,
            connection,
            backend: deps.backend(source, LOCK_MS, stopping.signal),
            readDelivery: (id, text) => deps.readDelivery(source, id, text),
            concurrency: concurrencyOf(source),
            deliver,
            records,
            observe,
            now,
            signal: stopping.signal,
          }),
        );
      }
      for (const gate of gates.values()) gate.resize();
      applyHolds();
      await Promise.all(gone.map((worker) => worker.close()));
    },
    resize: () => {
      for (const gate of gates.values()) gate.resize();
      applyHolds();
    },
    circuits: () => [...gates].map(([target, gate]) => ({ target, ...gate.circuit() })),
    close: async () => {
      stopping.abort();
      await Promise.all([...workers.values()].map((worker) => worker.close()));
      for (const gate of gates.values()) gate.close();
    },
  };
}
