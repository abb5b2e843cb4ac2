import { isDeepStrictEqual } from 'node:util';
import type { Delivery } from '../model/delivery.js';
import { isJsonObject } from '../model/json.js';
import type { Route } from '../model/source.js';
import { TargetUnavailable, type Target, type TargetJob } from '../model/target.js';
import type { Records } from './ports.js';

const PAGE = 100;
/** In one search. A job that has more newer ones above it is not seen: 4,000 jobs are 40 requests. */
const MAX_JOBS = 4_000;
/** Jobs looked at one by one: those of our workflow, of the right time, that no delivery owns. */
const MAX_CANDIDATES = 50;
/** What is remembered of jobs that were looked at and were another event's, so that the next look goes on from there. */
const MAX_REMEMBERED = 20_000;
/** Komand's clock and ours need not agree to the second. */
const SKEW_MS = 15_000;

export type Finding =
  | { readonly kind: 'found'; readonly jobId: string; readonly looked: number }
  /** `cutShort`: there was more to look at than is looked at in one search, so that it says little. */
  | { readonly kind: 'none'; readonly looked: number; readonly cutShort?: true }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A doubt: an event that may have reached Komand though nobody heard. */
export interface Doubt {
  readonly delivery: Delivery;
  readonly route: Route;
  /** What was sent, JSON text. */
  readonly body: string;
  /** Unix milliseconds: it cannot have been sent earlier. */
  readonly since: number;
  /** Unix milliseconds, where that is known: it cannot have started a job later. */
  readonly until?: number;
  /** Fires at shutdown: the search ends `unavailable`. */
  readonly signal: AbortSignal;
}

export type Reconcile = (doubt: Doubt) => Promise<Finding>;

/**
 * Looks through Komand's own job list, newest first, for the job that a doubtful call started: of that workflow, not
 * older than the call, owned by no other delivery, and started with exactly what was sent (or with the event's id in
 * the `correlate` variable). Bounded: the newest 4,000 jobs, 50 of them looked at one by one; a search that leaves
 * something out says so (`cutShort`). One search at a time, so that a hundred doubts do not become a hundred crawls.
 */
export function createReconcile(deps: {
  readonly target: Target;
  readonly records: Pick<Records, 'holdersOf' | 'claimJobId'>;
}): Reconcile {
  let last: Promise<unknown> = Promise.resolve();
  const others = new Set<string>();
  return (doubt) => {
    const search = last.then(() => look(deps, doubt, others));
    last = search.catch(() => undefined);
    return search;
  };
}

type Deps = Parameters<typeof createReconcile>[0];

async function look(deps: Deps, doubt: Doubt, others: Set<string>): Promise<Finding> {
  try {
    return await searchJobs(deps, doubt, others);
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error;
    return { kind: 'unavailable', reason: error.message };
  }
}

/** `others`: pairs of a delivery and a job that is not its own. */
async function searchJobs({ target, records }: Deps, doubt: Doubt, others: Set<string>): Promise<Finding> {
  const { delivery } = doubt;
  const from = doubt.since - SKEW_MS;
  let looked = 0;
  let opened = 0;
  let unopened = 0;
  let atEnd = false;
  const body: unknown = JSON.parse(doubt.body);
  for (let page = 0; page < MAX_JOBS / PAGE; page += 1) {
    if (doubt.signal.aborted) throw new TargetUnavailable('the worker is stopping');
    const jobs = await target.jobs({ limit: PAGE, offset: page * PAGE });
    looked += jobs.length;
    const candidates = jobs.filter((job) => fits(job, doubt, from));
    const holders = await stored(records.holdersOf(candidates.map(({ jobId }) => jobId)));
    for (const [i, { jobId }] of candidates.entries()) {
      const holder = holders[i];
      if (holder === delivery.id) return { kind: 'found', jobId, looked };
      const pair = `${delivery.id} ${jobId}`;
      if (holder !== undefined || others.has(pair)) continue;
      if (opened >= MAX_CANDIDATES) {
        unopened += 1;
        continue;
      }
      opened += 1;
      const job = await target.job(jobId);
      if (job === undefined) continue;
      if (!startedWith(job, doubt, body)) {
        if (others.size >= MAX_REMEMBERED) others.clear();
        if (job.startMessage !== undefined) others.add(pair);
        continue;
      }
      // Of two deliveries with the same body only one may have it
      if (await stored(records.claimJobId(delivery.source, jobId, delivery.id)))
        return { kind: 'found', jobId, looked };
    }
    const oldest = jobs.at(-1)?.createdAt;
    atEnd = jobs.length < PAGE || (oldest !== undefined && oldest < from);
    if (atEnd) break;
  }
  return { kind: 'none', looked, ...(atEnd && unopened === 0 ? {} : { cutShort: true }) };
}

/** A store that is away, full or read-only just now says nothing about the job: it is looked for again. */
async function stored<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    throw new TargetUnavailable(
      `the store cannot be asked: ${error instanceof Error ? error.name : 'unknown'}`,
    );
  });
}

function fits(job: TargetJob, { route: { endpoint }, until = Infinity }: Doubt, from: number): boolean {
  // A trigger may start any workflow
  if (endpoint.kind === 'workflow' && job.workflowId !== endpoint.id) return false;
  return job.createdAt === undefined || (job.createdAt >= from && job.createdAt <= until + SKEW_MS);
}

function startedWith({ startMessage }: TargetJob, { delivery, route }: Doubt, body: unknown): boolean {
  if (startMessage === undefined) return false;
  if (route.correlate !== undefined && isJsonObject(startMessage)) {
    const carried = startMessage[route.correlate];
    if (carried !== undefined) return carried === delivery.eventId;
  }
  return isDeepStrictEqual(startMessage, body);
}
