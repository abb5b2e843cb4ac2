import type { ServerResponse } from 'node:http';
import type { Problem } from '../model/problem.js';
import { discardRest } from './linger.js';
import type { Answer } from './ports.js';

/** An error as RFC 9457 has it; no value of the request is echoed. */
export function problemBody(problem: Problem, requestId: string): string {
  const { code, status, message, details } = problem;
  return JSON.stringify({
    type: 'about:blank',
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail: message,
    request_id: requestId,
    ...(details.errors === undefined ? {} : { errors: details.errors }),
  });
}

/** How the connection goes on after an answer: `linger` reads what is still on its way before it closes. */
export type After = 'keep' | 'close' | 'linger';

/** Sends an answer, whole, in one write. */
export function sendAnswer(response: ServerResponse, answer: Answer, requestId: string, after: After): void {
  if (response.headersSent || response.destroyed) return;
  const { problem } = answer;
  const text =
    problem === undefined
      ? answer.body === undefined
        ? ''
        : JSON.stringify(answer.body)
      : problemBody(problem, requestId);
  const headers: Record<string, string | number> = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(text),
  };
  if (text !== '')
    headers['Content-Type'] = problem === undefined ? 'application/json' : 'application/problem+json';
  if (problem?.details.retryAfterSeconds !== undefined)
    headers['Retry-After'] = problem.details.retryAfterSeconds;
  if (problem?.details.allow !== undefined) headers['Allow'] = problem.details.allow;
  if (after !== 'keep') headers['Connection'] = 'close';
  if (answer.headers === undefined) {
    response.writeHead(answer.status, headers);
  } else {
    // A handshake's own headers come last, so that they win however they are spelt
    for (const [name, value] of Object.entries({ ...headers, ...answer.headers }))
      response.setHeader(name, value);
    response.writeHead(answer.status);
  }
  if (after !== 'linger') {
    response.end(text);
    return;
  }
  if (text === '') response.flushHeaders();
  else response.write(text);
  discardRest(response.req, () => response.end());
}
