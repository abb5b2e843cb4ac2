import type { World } from './world.js';

const MOST_REPEATED = 1_000;

interface Repeated {
  posts: number;
  accepted: number;
  jobIds: string[];
}

/**
 * The counts since the start, and from the entries that are still kept: answers by status, events that were accepted
 * without an answer, and every event body that came more than once or started more than one job.
 */
export function summarise({ counts, ledger }: World): object {
  const byStatus: Record<string, number> = {};
  const byBody = new Map<string, Repeated>();
  let unanswered = 0;
  for (const { method, path, status, accepted, sha256, jobIds } of ledger.page(0, Infinity)) {
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    if (accepted && status === 'none') unanswered += 1;
    if (method !== 'POST' || !/\/events(?:\/execute)?$|\/execute\//.test(path)) continue;
    const seen = byBody.get(sha256) ?? { posts: 0, accepted: 0, jobIds: [] };
    byBody.set(sha256, seen);
    seen.posts += 1;
    if (accepted) seen.accepted += 1;
    seen.jobIds.push(...jobIds);
  }
  const repeated = [...byBody].filter(([, { posts, jobIds }]) => posts > 1 || jobIds.length > 1);
  return {
    ...counts,
    by_status: byStatus,
    accepted_without_answer: unanswered,
    bodies: byBody.size,
    bodies_repeated: repeated.length,
    bodies_with_several_jobs: repeated.filter(([, { jobIds }]) => jobIds.length > 1).length,
    repeated: repeated.slice(0, MOST_REPEATED).map(([sha256, { posts, accepted, jobIds }]) => ({
      sha256,
      posts,
      accepted,
      job_ids: jobIds,
    })),
    dropped: ledger.dropped,
  };
}
