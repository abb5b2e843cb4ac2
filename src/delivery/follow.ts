import type { Observe } from '../model/observation.js';
import { inSlices } from '../model/in-slices.js';
import { TargetUnavailable, type Target, type TargetJob } from '../model/target.js';
import { latestRun, readLook } from './follow-policy.js';
import type { Followed, FollowList, Routing } from './ports.js';

const EVERY_MS = 1_000;
/** One process follows a target's jobs; another takes over when it is gone for so long. */
const LEASE_MS = 5_000;
/** Per target and second: at most 5 pages of the list and 10 jobs one by one, whatever the backlog. */
const PAGE = 100;
const MAX_PAGES = 5;
const MAX_SINGLE = 10;
const MAX_DUE = 500;
/**
 * Written one by one, each would make Redis wait for its disk; written all at once, events under way would wait for
 * them.
 */
const AT_ONCE = 50;
/** With fewer due, asking for each costs less than a page. */
const WORTH_A_PAGE = 3;
/** Komand's clock and ours need not agree to the second. */
const SKEW_MS = 15_000;
/** After a target did not answer, its jobs are left alone for so long. */
const PAUSE_MS = 15_000;

export interface FollowerDeps {
  readonly list: FollowList;
  readonly routing: Routing;
  readonly sources: () => readonly string[];
  readonly observe: Observe;
  readonly now: () => number;
}

export interface Follower {
  /** One round; the timer calls it once a second. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

interface Due extends Followed {
  readonly source: string;
}

/** Follows delivered workflow events to the end of their jobs, with a bounded number of requests to each target. */
export function startFollower(deps: FollowerDeps): Follower {
  const resumesAt = new Map<string, number>();
  let closed = false;

  const tick = async (): Promise<void> => {
    const byTarget = await collectDue(deps);
    for (const [name, due] of byTarget) {
      const target = deps.routing.target(name);
      if (closed || target === undefined || deps.now() < (resumesAt.get(name) ?? 0)) continue;
      if (!(await deps.list.lease(name, LEASE_MS))) continue;
      try {
        await follow(deps, target, due);
      } catch (error) {
        if (!(error instanceof TargetUnavailable)) throw error;
        resumesAt.set(name, deps.now() + PAUSE_MS);
      }
    }
  };

  let running = Promise.resolve();
  const timer = setInterval(() => {
    // A round that fails (Redis away) is made up for by the next
    running = running.then(() => (closed ? undefined : tick())).catch(() => undefined);
  }, EVERY_MS);
  return {
    tick,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
}

async function collectDue({ list, routing, sources, now }: FollowerDeps): Promise<Map<string, Due[]>> {
  const byTarget = new Map<string, Due[]>();
  const all = sources();
  // A source with a long list must not keep the others from being looked at
  const each = Math.ceil(MAX_DUE / Math.max(all.length, 1));
  for (const source of all) {
    for (const followed of await list.followDue(source, now(), each)) {
      const name = routing.route(source, followed.route)?.target;
      // A route that is gone: its deliveries are shown as pending until their retention is over
      if (name === undefined) continue;
      const due = byTarget.get(name) ?? [];
      if (due.length < MAX_DUE) due.push({ ...followed, source });
      byTarget.set(name, due);
    }
  }
  return byTarget;
}

async function follow(deps: FollowerDeps, target: Target, due: readonly Due[]): Promise<void> {
  const listed = due.length < WORTH_A_PAGE ? [] : await readList(target, due);
  const known = new Map(listed.map((job) => [job.jobId, job]));
  let single = MAX_SINGLE;
  let newest: Promise<readonly TargetJob[]> | undefined;
  /** Where no page was read yet, one is, once, for a job that was run again. */
  const runsBeside = async (job: TargetJob): Promise<readonly TargetJob[]> => {
    if (listed.length > 0 || job.status.toLowerCase() !== 'retried') return listed;
    newest ??= target.jobs({ limit: PAGE, offset: 0 });
    return newest;
  };
  const seen: (readonly [Due, TargetJob | undefined])[] = [];
  try {
    for (const item of due) {
      let job = known.get(item.jobId);
      const wantsStep =
        job !== undefined && job.status.toLowerCase() === 'failed' && job.failedStep === undefined;
      if (job === undefined || wantsStep) {
        // Over budget: it stays due for the next round
        if (single === 0) continue;
        single -= 1;
        job = await target.job(item.jobId);
      }
      seen.push([item, job === undefined ? undefined : latestRun(job, await runsBeside(job))]);
    }
  } finally {
    await inSlices(seen, AT_ONCE, ([item, job]) => record(deps, target, item, job));
  }
}

/** Pages of the newest jobs until every one that is looked for is among them, or they are all older. */
async function readList(target: Target, due: readonly Due[]): Promise<readonly TargetJob[]> {
  const missing = new Set(due.map(({ jobId }) => jobId));
  const oldest = Math.min(...due.map(({ deliveredAt }) => deliveredAt)) - SKEW_MS;
  const listed: TargetJob[] = [];
  for (let page = 0; page < MAX_PAGES && missing.size > 0; page += 1) {
    const jobs = await target.jobs({ limit: PAGE, offset: page * PAGE });
    listed.push(...jobs);
    for (const { jobId } of jobs) missing.delete(jobId);
    const last = jobs.at(-1)?.createdAt;
    if (jobs.length < PAGE || (last !== undefined && last < oldest)) break;
  }
  return listed;
}

async function record(
  { list, observe, now }: FollowerDeps,
  target: Target,
  item: Due,
  job: TargetJob | undefined,
): Promise<void> {
  const { source, deliveryId, route, jobId, step } = item;
  const look = readLook(job, item, now());
  if (look.kind === 'again') return list.reschedule(source, deliveryId, look.at, step + 1);
  const { outcome, failedStep } = look;
  if (!(await list.recordOutcome(source, deliveryId, outcome, failedStep))) return;
  observe({
    kind: 'job-ended',
    deliveryId,
    source,
    route,
    target: target.name,
    jobId,
    outcome,
    ...(failedStep === undefined ? {} : { failedStep }),
  });
}
