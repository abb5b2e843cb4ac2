import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { Answer } from './ports.js';

/** A fault of the bridge itself: a line for the operator, and for the sender a reason to send it again. */
export function insideFailure(observe: Observe, requestId: string, error: unknown): Answer {
  observe({
    kind: 'notice',
    level: 'error',
    event: 'request.failed',
    message: 'A request failed inside the bridge',
    data: { request_id: requestId, cause: describe(error) },
  });
  const problem = new Problem(
    'store_unavailable',
    503,
    'The bridge cannot take this now; send it again later.',
    { retryAfterSeconds: 10 },
  );
  return { status: 503, problem, events: [] };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
