/** At 256 characters each, 5 MB at most in both generations. */
const REMEMBERED = 10_000;

/**
 * Tells whether an earlier event got the same `job_id`: a Komand that mixes up its answers, or one behind a proxy that
 * does. It remembers the last 10,000 to 20,000.
 */
export function createRepeatedJobIds(): (jobId: string) => boolean {
  let seen = new Set<string>();
  let before = new Set<string>();
  return (jobId) => {
    if (seen.has(jobId) || before.has(jobId)) return true;
    seen.add(jobId);
    // Dropped as a whole: looking for the oldest of a set gets the slower the more were taken out of it
    if (seen.size === REMEMBERED) {
      before = seen;
      seen = new Set();
    }
    return false;
  };
}
