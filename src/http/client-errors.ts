import type { Duplex } from 'node:stream';
import { newRequestId } from '../model/ids.js';
import type { Observe } from '../model/observation.js';
import type { Exchanges } from './exchanges.js';
import { problemOfSocket, refuseSocket } from './refuse-socket.js';

/** Answers and tells of what never became a request, or stopped being one: malformed, too large, too slow. */
export function createClientErrors(deps: {
  readonly exchanges: Exchanges;
  readonly observe: Observe;
  readonly now: () => number;
}): (error: Error & { readonly code?: string }, socket: Duplex) => void {
  const { exchanges, observe, now } = deps;
  return (error, socket) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const problem = problemOfSocket(error);
    const { again, told } = exchanges.refuse(socket, problem);
    // The parser repeats its complaint for whatever the sender still sends
    if (again) return;
    const requestId = newRequestId(now());
    if (exchanges.mayAnswer(socket)) refuseSocket(socket, problem, requestId);
    else socket.destroy();
    if (told) return;
    observe({
      kind: 'request',
      requestId,
      source: 'unknown',
      method: '',
      status: problem.status,
      code: problem.code,
      events: [],
      bytes: 0,
      durationMs: 0,
      remoteAddress: '',
      headers: {},
    });
  };
}
