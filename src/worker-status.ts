import type { DeliveryStage } from './delivery/delivery-stage.js';
import { isJsonObject } from './model/json.js';
import { readStatuses, tellStatus } from './queue/process-status.js';
import type { Shared } from './shared.js';
import type { KomandTarget } from './targets/komand/target.js';

type Circuit = Omit<ReturnType<DeliveryStage['circuits']>[number], 'target'>;
type Login = ReturnType<KomandTarget['session']>;

/** How a worker process stands with one target. */
export interface TargetState {
  readonly circuit: Circuit;
  readonly login: Login;
}

interface WorkerFacts {
  readonly targets: Readonly<Record<string, TargetState>>;
  readonly pauses: ReturnType<DeliveryStage['pauses']['list']>;
}

/** Tells the other processes how this worker stands with its targets, until closed. Never a token. */
export function tellWorkerStatus(
  { closers, instance, store }: Shared,
  stage: Pick<DeliveryStage, 'circuits' | 'pauses'>,
  targets: () => readonly Pick<KomandTarget, 'name' | 'session'>[],
): void {
  const facts = (): WorkerFacts => {
    const states: Record<string, TargetState> = {};
    for (const { target, ...circuit } of stage.circuits()) {
      const login = targets()
        .find(({ name }) => name === target)
        ?.session();
      states[target] = { circuit, login: login ?? { kind: 'none' } };
    }
    return { targets: states, pauses: stage.pauses.list() };
  };
  const client = store.connections.quick;
  const telling = tellStatus({ client, prefix: store.prefix, instance, facts });
  closers.push('worker status', () => telling.close());
}

/** What the workers of all processes told last. Rejects while Redis is away. */
async function readWorkers({ store }: Shared): Promise<readonly WorkerFacts[]> {
  const told = await readStatuses(store.connections.quick, store.prefix);
  return told.map(({ facts }) => facts).filter(isWorkerFacts);
}

/** By target, the worst of what any worker sees: one that cannot reach it knows something. */
export async function readTargetStates(shared: Shared): Promise<ReadonlyMap<string, TargetState>> {
  const worst = new Map<string, TargetState>();
  for (const { targets } of await readWorkers(shared)) {
    for (const [name, state] of Object.entries(targets)) {
      const known = worst.get(name);
      worst.set(name, {
        circuit: known === undefined || known.circuit.state === 'closed' ? state.circuit : known.circuit,
        login:
          known === undefined || known.login.kind === 'none' ? state.login : worse(known.login, state.login),
      });
    }
  }
  return worst;
}

/** Every route that some worker has paused, by `source/route`. */
export async function readPausedRoutes(
  shared: Shared,
): Promise<ReadonlyMap<string, WorkerFacts['pauses'][number]>> {
  const workers = await readWorkers(shared);
  return new Map(
    workers.flatMap(({ pauses }) =>
      pauses.map((pause) => [`${pause.source}/${pause.route}`, pause] as const),
    ),
  );
}

function worse(a: Login, b: Login): Login {
  return b.kind === 'refused' || (b.kind === 'unavailable' && a.kind === 'open') ? b : a;
}

/** Told by this same program: its shape is trusted, its being there is not. */
function isWorkerFacts(value: unknown): value is WorkerFacts {
  return isJsonObject(value) && isJsonObject(value['targets']) && Array.isArray(value['pauses']);
}
