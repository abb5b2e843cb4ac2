import { goaNotFound } from './icon-refusal.js';
import { statusAt } from './job-life.js';
import type { SimJob } from './job-store.js';
import { json, type Reply } from './reply.js';
import type { SimRequest } from './sim-request.js';
import type { World } from './world.js';

const MOST = 30;

/** `GET /connect/v1/jobs`: newest first, 30 at most, by workflow, status and time (Unix milliseconds). */
export function listIconJobs(world: World, { query }: SimRequest): Reply {
  const asked = new URLSearchParams(query);
  const number = (name: string): number | undefined => {
    const text = asked.get(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const now = world.now();
  const limit = Math.min(number('limit') ?? MOST, MOST);
  const offset = number('offset') ?? 0;
  const seconds = number('startedInLastSeconds');
  const startedFrom = Math.max(number('startedFrom') ?? 0, seconds === undefined ? 0 : now - seconds * 1_000);
  const startedTo = number('startedTo') ?? Infinity;
  const finishedFrom = number('finishedFrom') ?? 0;
  const finishedTo = number('finishedTo');
  const workflowId = asked.get('workflowId');
  const status = asked.get('status');
  const passes = (job: SimJob): boolean =>
    job.appearsAt >= startedFrom &&
    job.appearsAt <= startedTo &&
    job.endsAt >= finishedFrom &&
    (finishedTo === undefined || job.endsAt <= Math.min(finishedTo, now)) &&
    (workflowId === null || job.workflowUid === workflowId) &&
    (status === null || statusAt(job, now) === status);
  const all = world.jobs.list(now, { offset: 0, limit: Infinity, passes });
  const jobs = all.slice(offset, offset + limit).map((job) => iconJob(job, now));
  const flat = world.settings.icon.shape === 'flat';
  return json({
    data: { jobs: flat ? jobs : jobs.map((job) => ({ job })), meta: { limit, offset, total: all.length } },
  });
}

/** `GET /connect/v1/jobs/:id`: `data.job.job`, or `data.job` where the shape is flat. */
export function findIconJob(world: World, id: string): Reply {
  const now = world.now();
  const job = world.jobs.get(id, now);
  if (job === undefined) return goaNotFound(world);
  const shown = iconJob(job, now);
  const data = world.settings.icon.shape === 'flat' ? { job: shown } : { job: { job: shown }, meta: {} };
  return json({ data });
}

function iconJob(job: SimJob, now: number): object {
  const ended = now >= job.endsAt;
  return {
    jobId: job.id,
    name: job.name,
    status: statusAt(job, now),
    startedAt: new Date(job.appearsAt).toISOString(),
    ...(ended && { endedAt: new Date(job.endsAt).toISOString() }),
    updatedAt: new Date(ended ? job.endsAt : job.appearsAt).toISOString(),
    duration: ended ? Math.floor((job.endsAt - job.appearsAt) / 1_000) : 0,
    stepErrorCount: ended && job.outcome === 'failed' ? 1 : 0,
    workflowId: job.workflowUid,
    owner: null,
    tags: [],
  };
}
