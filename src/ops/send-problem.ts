import type { Response } from 'express';
import { Problem } from '../model/problem.js';

/** Answers an error as RFC 9457 has it. What is not a `Problem` is our own fault: told to us, not to the caller. */
export function sendProblem(
  response: Response,
  error: unknown,
  requestId: string,
  unexpected: (error: unknown, requestId: string) => void,
): void {
  const problem = asProblem(error);
  if (problem.code === 'internal') unexpected(error, requestId);
  if (problem.details.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', String(problem.details.retryAfterSeconds));
  }
  if (response.headersSent) {
    response.end();
    return;
  }
  response.status(problem.status).type('application/problem+json');
  response.send(
    JSON.stringify({
      type: 'about:blank',
      title: problem.code.replaceAll('_', ' '),
      status: problem.status,
      code: problem.code,
      detail: problem.message,
      request_id: requestId,
      ...(problem.details.errors === undefined ? {} : { errors: problem.details.errors }),
    }),
  );
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express and body-parser mark a caller's mistake with a 4xx `status`
  const status =
    typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  if (status === 413) return new Problem('body_too_large', 413, 'The body is too large.');
  if (status >= 400 && status < 500)
    return new Problem('bad_request', 400, 'The request cannot be read; check its address and body.');
  return new Problem('internal', 500, 'Something went wrong inside; the log has the request id.');
}
