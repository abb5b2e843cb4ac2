import type { Fault } from './fault.js';
import { NEVER, planLife } from './job-life.js';
import type { SimJob } from './job-store.js';
import { STREAM } from './random.js';
import type { SimWorkflow } from './settings.js';
import type { KomandRequest } from './sim-request.js';
import type { World } from './world.js';

const MOST_SEEN_WORKFLOWS = 1_000;

/**
 * Accepts an event: mints the ids of its jobs (`copies` for each workflow, twice and more by fault) and writes them
 * into the request's line of the ledger, before anything is answered.
 */
export function acceptEvent(
  world: World,
  request: KomandRequest,
  workflows: readonly Pick<SimWorkflow, 'uid' | 'name'>[],
): readonly string[] {
  const { fault, entry, body } = request;
  const copies = fault?.kind === 'duplicate-jobs' ? (fault.copies ?? 2) : 1;
  const ids = workflows.flatMap((workflow) =>
    Array.from({ length: copies }, () => startJob(world, workflow, body, fault).id),
  );
  world.counts.accepted += 1;
  world.counts.jobs += ids.length;
  entry.accepted = true;
  entry.jobIds = ids;
  return ids;
}

/** Accepts an event that starts nothing: an id is minted before the engine looks whether there is anything to run. */
export function mintId(world: World, { entry }: KomandRequest): string {
  const id = world.random.uuid(STREAM.jobId, world.nextJob++);
  world.counts.accepted += 1;
  entry.accepted = true;
  entry.jobIds = [id];
  return id;
}

function startJob(
  world: World,
  workflow: Pick<SimWorkflow, 'uid' | 'name'>,
  body: string,
  fault: Fault | undefined,
): SimJob {
  const now = world.now();
  const n = world.nextJob++;
  const outcome = fault?.kind === 'job-outcome' ? (fault.outcome ?? 'failed') : undefined;
  const life = planLife(world.settings, world.random, n, now, outcome);
  const job: SimJob = {
    n,
    id: world.random.uuid(STREAM.jobId, n),
    workflowUid: workflow.uid,
    name: workflow.name,
    groupId: world.random.uuid(STREAM.detail, n),
    body,
    acceptedAt: now,
    ...life,
    ...(fault?.kind === 'job-never-appears' && { appearsAt: NEVER }),
  };
  keep(world, job, now);
  if (life.outcome === 'retried' && job.appearsAt !== NEVER) keep(world, rerun(world, job), now);
  return job;
}

function keep(world: World, job: SimJob, now: number): void {
  world.jobs.add(job, now);
  world.jobLog?.append(job);
}

/** A person lets a job run again when it has ended: a new job of the same group, which then succeeds. */
function rerun(world: World, job: SimJob): SimJob {
  const n = world.nextJob++;
  const settings = { ...world.settings, jobDelayMs: [0, 0] as const };
  const life = planLife(settings, world.random, n, job.endsAt, 'succeeded');
  return { ...job, n, id: world.random.uuid(STREAM.jobId, n), acceptedAt: job.endsAt, ...life };
}

/** The workflow with this uid: of the list, or any where there is none. */
export function findWorkflow(world: World, uid: string): SimWorkflow | undefined {
  const { workflows } = world.settings;
  if (workflows.length > 0) return workflows.find((workflow) => workflow.uid === uid);
  const { seenWorkflows } = world;
  if (seenWorkflows.size < MOST_SEEN_WORKFLOWS) seenWorkflows.add(uid);
  return nameless(uid);
}

/** A workflow nobody named. */
export function nameless(uid: string): SimWorkflow {
  return { uid, name: `Workflow_${uid.slice(0, 8)}` };
}
