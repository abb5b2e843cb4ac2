import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { TargetJob } from '../../model/target.js';
import { readText } from './read-text.js';

/** A job with everything Komand said of it. */
export interface KomandJob extends TargetJob {
  readonly raw: JsonObject;
}

/** Unix milliseconds; Go's zero time means that there is none. */
export function readTime(value: Json | undefined): number | undefined {
  if (typeof value !== 'string' || value.startsWith('0001-01-01')) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** A job as Komand describes it, alone or in a list; `undefined` when it has no id. Unknown words are kept. */
export function readJob(value: Json | undefined): KomandJob | undefined {
  if (!isJsonObject(value)) return undefined;
  const jobId = readText(value['job_id']);
  if (jobId === undefined) return undefined;
  const groupId = readText(value['group_id']);
  const name = readText(value['name']);
  const createdAt = readTime(value['created_at']);
  const endedAt = readTime(value['ended_at']);
  const failedStep = readText(value['failed_step_name']);
  const rerunnable = value['is_rerunnable'];
  const context = value['context'];
  const data = isJsonObject(context) ? context['data'] : undefined;
  const startMessage = isJsonObject(data) ? data['$start_message'] : undefined;
  return {
    jobId,
    status: readText(value['status']) ?? 'unknown',
    workflowId: readText(value['workflow_uid']) ?? '',
    ...(groupId !== undefined && { groupId }),
    ...(name !== undefined && { name }),
    ...(createdAt !== undefined && { createdAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(failedStep !== undefined && { failedStep }),
    ...(typeof rerunnable === 'boolean' && { rerunnable }),
    ...(startMessage !== undefined && { startMessage }),
    raw: value,
  };
}

/**
 * The objects of a list, whether it stands alone or under `name`. Go writes an empty list as `null`.
 * `undefined` when there is no list at all.
 */
export function readList(value: Json | undefined, name: string): readonly JsonObject[] | undefined {
  const list = isJsonObject(value) ? value[name] : value;
  if (list === null) return [];
  return Array.isArray(list) ? list.filter(isJsonObject) : undefined;
}
