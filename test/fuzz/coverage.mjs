import { Session } from 'node:inspector';

/**
 * Which blocks of the built program have run, by V8's own counters: an input that reaches a new one is worth keeping.
 * Taking the counters resets them, so that a look costs what ran since the last one.
 */
export function startCoverage(root) {
  const session = new Session();
  session.connect();
  const post = (method, params) => {
    let answer;
    // Answered before it returns: the session talks to its own thread
    session.post(method, params, (error, result) => {
      if (error !== null) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set();

  return {
    /** How many blocks ran for the first time since the last look. */
    news() {
      const before = seen.size;
      for (const { scriptId, url, functions } of post('Profiler.takePreciseCoverage').result) {
        if (!url.startsWith(root)) continue;
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) seen.add(`${scriptId}:${startOffset}-${endOffset}`);
      }
      return seen.size - before;
    },
    blocks: () => seen.size,
    close: () => session.disconnect(),
  };
}
