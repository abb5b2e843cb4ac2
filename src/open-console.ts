import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint } from './model/delivery.js';
import type { Beside } from './beside.js';
import type { AdminRoute, Principal } from './ops/admin/admin-route.js';
import { createAuthorize } from './ops/admin/authorize.js';
import type { FailedLogins } from './ops/admin/failed-logins.js';
import { loadAssets } from './ops/console/assets.js';
import { consolePages } from './ops/console/console-pages.js';
import { createConsole } from './ops/console/console.js';
import { createHistory } from './ops/console/history.js';
import type { BridgeHealth, ConsoleSource, SourceTotals } from './ops/console/ports.js';
import { createSessions } from './ops/console/sessions.js';
import { readBalance } from './queue/books.js';
import { createDeliveryReader } from './queue/delivery-reader.js';
import type { Durability } from './queue/durability.js';
import { timeOfId } from './queue/id-time.js';
import { keysOf } from './queue/keys.js';
import { countWorkers } from './queue/worker-places.js';
import type { WorkerRole } from './open-worker.js';
import type { Shared } from './shared.js';
import { readPausedRoutes, readTargetStates } from './worker-status.js';

const SAMPLE_MS = 5_000;

type StoreReady = () => Promise<{ readonly ok: boolean; readonly detail: string }>;

export interface Console {
  readonly handler: (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => void;
  /** Who a browser's request comes from. For reading only: a change needs a form of the session. */
  readonly session: (request: IncomingMessage) => Principal | undefined;
}

/** Opens the console over the verbs of the API. */
export function openConsole(
  shared: Shared,
  beside: Beside,
  {
    verbs,
    storeReady,
    failedLogins,
  }: {
    readonly verbs: readonly AdminRoute[];
    readonly storeReady: StoreReady;
    readonly failedLogins: FailedLogins;
  },
): Console {
  const { closers, inForce, now, observe, store, version, watchers } = shared;
  const history = createHistory(now);
  watchers.add(history.observe);
  const sampling = every(SAMPLE_MS, async () => history.sample(await readTotals(shared)));
  closers.push('console', () => {
    watchers.delete(history.observe);
    return sampling.stop();
  });

  const sources = (): readonly ConsoleSource[] => [...inForce().sources.values()].map(toConsoleSource);
  const sessions = createSessions({
    authorize: () => createAuthorize(inForce().config.ops.tokens),
    failedLogins,
    now,
  });
  const handler = createConsole({
    pages: consolePages({ history, sources }),
    verbs,
    sessions,
    assets: loadAssets(),
    health: createHealth(shared, beside, storeReady),
    countDead: async () =>
      [...(await store.reader.counts()).values()].reduce((sum, { dead }) => sum + dead, 0),
    version,
    now,
    unexpected: (error) =>
      observe({
        kind: 'notice',
        level: 'error',
        event: 'console.failed',
        message: 'A page of the console failed inside the bridge',
        data: { cause: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      }),
  });
  return {
    handler,
    session: (request) => (request.method === 'GET' ? sessions.of(request)?.principal : undefined),
  };
}

function toConsoleSource({
  name,
  preset,
  expectedIntervalMs,
  routes,
}: {
  readonly name: string;
  readonly preset: string;
  readonly expectedIntervalMs: number | undefined;
  readonly routes: readonly { readonly name: string; readonly target: string; readonly endpoint: Endpoint }[];
}): ConsoleSource {
  return {
    name,
    preset,
    expectedIntervalMs,
    routes: routes.map((route) => ({
      name: route.name,
      target: route.target,
      endpoint: `${route.endpoint.kind} ${route.endpoint.id}`,
    })),
  };
}

/** What the books say of every source, over all processes. Rejects while Redis is away. */
function readTotals({
  inForce,
  store: { connections, prefix, seal },
}: Shared): Promise<readonly SourceTotals[]> {
  const client = connections.quick;
  return Promise.all(
    [...inForce().sources.keys()].map(async (source): Promise<SourceTotals> => {
      const reader = createDeliveryReader({ client, prefix, sources: () => [source], seal });
      const [{ books, states }, oldestAt, newest] = await Promise.all([
        readBalance(client, prefix, source),
        reader.oldestPending(),
        client.zrange(keysOf(prefix, source).index, '-1', '-1'),
      ]);
      const lastEventAt = newest[0] === undefined ? undefined : timeOfId(newest[0]);
      return {
        source,
        accepted: books.accepted,
        delivered: states.delivered + books.removed.delivered,
        dead: states.dead,
        discarded: states.discarded + books.removed.discarded,
        waiting: states.queued + states.active + states.scheduled,
        ...(lastEventAt === undefined ? {} : { lastEventAt }),
        ...(oldestAt === undefined ? {} : { oldestAt }),
      };
    }),
  );
}

function createHealth(
  shared: Shared,
  { ingress, worker }: Beside,
  storeReady: StoreReady,
): () => Promise<BridgeHealth> {
  const { store } = shared;
  let durability: Durability | undefined;
  return async () => {
    const ready = await storeReady();
    // While Redis is away the last answer is shown
    if (ready.ok) durability = await store.durability().catch(() => undefined);
    const workers = ready.ok
      ? await countWorkers(store.connections.quick, store.prefix).catch(() => undefined)
      : undefined;
    const seen = await whatWorkersSee(shared, worker()?.stage, ready.ok);
    return {
      redis: {
        up: ready.ok,
        detail: ready.detail,
        ...(durability === undefined ? {} : { durable: durability.durable, durability: durability.sentence }),
      },
      workers,
      ...seen,
      spool: ingress()?.spool.stats(),
    };
  };
}

/** Of all processes, as they told within the last seconds; of this one alone while Redis is away. */
async function whatWorkersSee(
  shared: Shared,
  stage: WorkerRole['stage'] | undefined,
  storeReady: boolean,
): Promise<Pick<BridgeHealth, 'circuits' | 'pausedRoutes'>> {
  const told = storeReady
    ? await Promise.all([readTargetStates(shared), readPausedRoutes(shared)]).catch(() => undefined)
    : undefined;
  if (told === undefined)
    return { circuits: stage?.circuits() ?? [], pausedRoutes: stage?.pauses.list() ?? [] };
  const [targets, pauses] = told;
  return {
    circuits: [...targets].map(([target, { circuit }]) => ({ target, ...circuit })),
    pausedRoutes: [...pauses.values()],
  };
}

/** Runs one after the other, never two at once. What fails is tried again at the next turn. */
function every(ms: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const go = (): void => {
    running = running.then(work).catch(() => undefined);
  };
  go();
  const timer = setInterval(go, ms);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
