import { createHash } from 'node:crypto';
import { statusAt } from './job-life.js';
import type { SimJob } from './job-store.js';
import type { LedgerEntry } from './ledger.js';

/** A line of the ledger, for whoever checks a run against it. */
export function ledgerLine(entry: LedgerEntry): object {
  const { seq, at, method, path, status, fault, accepted, jobIds, headers, body, sha256 } = entry;
  return {
    seq,
    time: new Date(at).toISOString(),
    method,
    path,
    status,
    ...(fault !== undefined && { fault }),
    accepted,
    job_ids: jobIds,
    sha256,
    headers,
    body,
  };
}

/** A job with what no caller of Komand can know: when it will appear and how it will end. */
export function jobLine(job: SimJob, now: number): object {
  return {
    n: job.n,
    job_id: job.id,
    group_id: job.groupId,
    workflow_uid: job.workflowUid,
    visible: job.appearsAt <= now,
    status: statusAt(job, now),
    outcome: job.outcome,
    accepted_at: job.acceptedAt,
    appears_at: job.appearsAt,
    starts_at: job.startsAt,
    ends_at: job.endsAt,
    sha256: createHash('sha256').update(job.body).digest('hex'),
    body: job.body,
  };
}
