import { type JobLife, statusAt } from './job-life.js';
import type { SimJob } from './job-store.js';
import { komandTime, nanoTime, ZERO_TIME } from './komand-time.js';
import { STREAM, type Random } from './random.js';
import type { SimulatorSettings } from './settings.js';

/** What a job's JSON depends on besides the job. */
export interface JobView {
  readonly settings: Pick<SimulatorSettings, 'internalUrl' | 'oddTimes'>;
  readonly random: Random;
  readonly now: number;
}

const STEP = 'Step_1';

/** The address Komand gives a job: that of its own listener, of no use from outside. */
export function jobUrl(settings: JobView['settings'], id: string): string {
  return `${settings.internalUrl}/jobs/details/${id}`;
}

function times(
  job: SimJob,
  { settings, now }: JobView,
): Record<'created_at' | 'ended_at' | 'updated_at', string> {
  const ended = now >= job.endsAt;
  const touched = ended ? job.endsAt : now >= job.startsAt ? job.startsAt : job.appearsAt;
  return {
    created_at: komandTime(job.appearsAt),
    ended_at: ended && !settings.oddTimes ? komandTime(job.endsAt) : ZERO_TIME,
    updated_at: komandTime(settings.oddTimes ? job.appearsAt - 60_000 : touched),
  };
}

/** A job as the list has it. JSON text. */
export function listItem(job: SimJob, view: JobView): string {
  return JSON.stringify({
    job_id: job.id,
    status: statusAt(job, view.now),
    group_id: job.groupId,
    workflow_uid: job.workflowUid,
    name: job.name,
    ...times(job, view),
    url: jobUrl(view.settings, job.id),
  });
}

/** A job as its own page has it, the event in it digit for digit as it came. JSON text. */
export function wholeJob(job: SimJob, view: JobView): string {
  const { random, now, settings } = view;
  const uid = (i: number): string => random.uuid(STREAM.detail + i * 16, job.n);
  const status = statusAt(job, now);
  const failed = status === 'failed';
  const head = {
    job_id: job.id,
    type: 'active',
    workflow_uid: job.workflowUid,
    version_uid: uid(1),
    group_id: job.groupId,
    name: job.name,
    status,
    ...times(job, view),
  };
  const path = (i: number) => ({
    path_uid: uid(i),
    workflow_uid: job.workflowUid,
    workflow_version_uid: uid(1),
    from_step_uid: uid(2),
    to_step_uid: uid(3),
    name: '',
    description: '',
    created_at: ZERO_TIME,
    updated_at: ZERO_TIME,
  });
  const tail = {
    traversed_paths: now >= job.startsAt ? [path(4)] : [],
    potential_next_paths: now >= job.endsAt ? [] : [path(5)],
    next_step_uids: [],
    time_spent: Math.max(0, Math.min(now, job.endsAt) - job.startsAt) / 1_000,
    investigation_id: '',
    viewed_by_id: null,
    owned_by_id: null,
    failed_step_id: failed ? 1_855_707 : null,
    failed_step_name: failed ? STEP : '',
    is_rerunnable: failed,
    // Null even then: what went wrong is in the step
    errors: null,
  };
  const data =
    `{"$URL":${JSON.stringify(jobUrl(settings, job.id))},` +
    `"$created_at":"${nanoTime(job.appearsAt, random.unit(STREAM.detail, job.n))}",` +
    `"$id":"${job.id}","$name":${JSON.stringify(job.name)},"$start_message":${job.body}${executed(job, now)}}`;
  const stack = '[{"parent_step_uid":"","parent_step_name":"","loop_index":-1}]';
  return `${JSON.stringify(head).slice(0, -1)},"context":{"data":${data},"stack":${stack}},${JSON.stringify(tail).slice(1)}`;
}

/** The keys of the steps that were executed. */
function executed(job: SimJob, now: number): string {
  if (now < job.startsAt) return '';
  const trigger = `,${JSON.stringify(job.name)}:{"$success":true}`;
  return now < job.endsAt ? trigger : `${trigger},"${STEP}":{"$success":${stepSucceeded(job)}}`;
}

function stepSucceeded({ outcome }: JobLife): boolean {
  return outcome === 'succeeded';
}

/** The steps of a job. JSON text. */
export function jobSteps(job: SimJob, { random, now }: JobView): string {
  const uid = (i: number): string => random.uuid(STREAM.detail + i * 16, job.n);
  const step = (name: string, i: number, from: number, to: number, success: boolean) => ({
    step_uid: uid(i),
    name,
    status: now < to ? 'running' : success ? 'succeeded' : 'failed',
    started_at: komandTime(from),
    ended_at: now < to ? ZERO_TIME : komandTime(to),
    output: now < to ? {} : { $success: success },
  });
  if (now < job.startsAt) return '[]';
  return JSON.stringify([
    step(job.name, 2, job.appearsAt, job.startsAt, true),
    step(STEP, 3, job.startsAt, job.endsAt, stepSucceeded(job)),
  ]);
}
