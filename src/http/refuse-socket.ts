import type { Duplex } from 'node:stream';
import { Problem } from '../model/problem.js';
import { destroySoon } from './linger.js';
import { problemBody } from './send-answer.js';

/** Node's own codes for what its parser refused. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem('headers_too_large', 431, 'The headers or the address are too large.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new Problem('body_too_large', 413, 'The chunk extensions are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(
    'request_timeout',
    408,
    'The request took too long to arrive; send it again.',
  ),
};
const MALFORMED = new Problem('bad_request', 400, 'This is not a well-formed HTTP/1.1 request.');

/** What a request that never became one is answered: then the connection ends. */
export function problemOfSocket(error: Error & { readonly code?: string }): Problem {
  return PROBLEMS[error.code ?? ''] ?? MALFORMED;
}

export function refuseSocket(socket: Duplex, problem: Problem, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = problemBody(problem, requestId);
  const reason = problem.code.replaceAll('_', ' ');
  socket.end(
    `HTTP/1.1 ${problem.status} ${reason}\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => {
      // A slow request could still become a whole one; after a parser's refusal nothing can
      if (problem.code === 'request_timeout') socket.destroy();
      else destroySoon(socket);
    },
  );
}
