/** At 256 characters each, 2.5 MB at most. */
const REMEMBERED = 10_000;

/**
 * Tells whether an earlier event got the same `job_id`: a Komand that mixes up its answers, or one behind a proxy that
 * does. It remembers the last 10,000.
 */
export function createRepeatedJobIds(): (jobId: string) => boolean {
  const seen = new Set<string>();
  return (jobId) => {
    if (seen.has(jobId)) return true;
    seen.add(jobId);
    const [oldest] = seen;
    if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return false;
  };
}
