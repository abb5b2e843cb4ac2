import type { Beside } from './beside.js';
import { TargetUnavailable } from './model/target.js';
import type { FoundJob, TargetPort, TargetStatus } from './ops/admin/ports.js';
import { readBooks } from './queue/books.js';
import { createLookUpTargets } from './look-up-targets.js';
import type { Shared } from './shared.js';
import { readPausedRoutes, readTargetStates, type TargetState } from './worker-status.js';

/** The configured targets, as the workers of all processes see them. */
export function createTargetPort(shared: Shared, { worker }: Beside): TargetPort {
  const { inForce, store } = shared;
  const lookUp = createLookUpTargets(shared);
  const client = store.connections.quick;

  /** Of sources that deliver to this target alone: the books are the source's. */
  const jobsOf = async (target: string): Promise<Readonly<Record<string, number>>> => {
    const own = [...inForce().sources.values()].filter(
      ({ routes }) => routes.length > 0 && routes.every((route) => route.target === target),
    );
    const jobs: Record<string, number> = {};
    for (const books of await Promise.all(own.map(({ name }) => readBooks(client, store.prefix, name))))
      for (const [outcome, n] of Object.entries(books.jobs)) jobs[outcome] = (jobs[outcome] ?? 0) + n;
    return jobs;
  };

  return {
    async list() {
      const { config, sources } = inForce();
      const [states, paused] = await Promise.all([readTargetStates(shared), readPausedRoutes(shared)]);
      const routesOf = (target: string): readonly string[] =>
        [...sources.values()].flatMap(({ name, routes }) =>
          routes.filter((route) => route.target === target).map((route) => `${name}/${route.name}`),
        );
      return Promise.all(
        config.targets.map(async ({ name, url, rateLimit, concurrency }): Promise<TargetStatus> => {
          const state = states.get(name);
          return {
            name,
            url,
            circuit: showCircuit(state?.circuit),
            login: showLogin(state?.login),
            permissions: state?.login.kind === 'open' ? (state.login.permissions ?? []) : [],
            rateLimit,
            concurrency,
            pausedRoutes: routesOf(name).filter((route) => paused.has(route)),
            jobs: await jobsOf(name),
          };
        }),
      );
    },

    async findJob(id) {
      const unreachable: string[] = [];
      const targets = worker()?.targets() ?? lookUp();
      const found = await Promise.all(
        targets.map(async (target): Promise<FoundJob | undefined> => {
          try {
            const job = await target.job(id);
            return job === undefined ? undefined : { target: target.name, url: target.jobUrl(id), job };
          } catch (error) {
            if (!(error instanceof TargetUnavailable)) throw error;
            unreachable.push(target.name);
            return undefined;
          }
        }),
      );
      const first = found.find((each) => each !== undefined);
      return first === undefined ? { unreachable } : { found: first, unreachable };
    },
  };
}

function showCircuit(circuit: TargetState['circuit'] | undefined): Readonly<Record<string, string>> {
  if (circuit === undefined) return { state: 'unknown' };
  const { state, reason, reopensAt } = circuit;
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(reopensAt === undefined || state === 'closed'
      ? {}
      : { next_probe_at: new Date(reopensAt).toISOString() }),
  };
}

/** Never the token. */
function showLogin(session: TargetState['login'] | undefined): Readonly<Record<string, string>> {
  if (session === undefined) return { state: 'unknown' };
  if (session.kind === 'none') return { state: 'none' };
  const since = new Date(session.since).toISOString();
  if (session.kind === 'open')
    return { state: 'open', since, usable_until: new Date(session.usableUntil).toISOString() };
  const { kind, reason, retryAt } = session;
  return { state: kind, since, reason, retry_at: new Date(retryAt).toISOString() };
}
