import { setMaxListeners } from 'node:events';
import { type Agent, request as httpRequest } from 'node:http';
import { type AnswerReader, readAnswer } from './answer-reader.js';
import type { CallStage, Exchange, HttpCall } from './call.js';
import { describeFailure, TransportError } from './call-failure.js';

const DEFAULT_MAX_ANSWER = 1024 * 1024;

/** Where calls go, settled once per target. */
export interface Wire {
  readonly agent: Agent;
  readonly host: string;
  readonly port: number;
  /** What the `Host` header says. */
  readonly authority: string;
  /** The base URL's path without a slash at its end. */
  readonly pathPrefix: string;
  /** For one whole call, connect to last byte, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Makes one call over node:http. Never rejects. Follows no redirect, reads no proxy from the environment, and knows
 * for certain how far the request came:
 * the agent hands over only established connections, so before `socket` nothing was sent; `finish` comes once the
 * kernel has taken the last byte, so before it the request was not whole and no server can have acted on it.
 */
export function exchange(wire: Wire, call: HttpCall): Promise<Exchange> {
  return new Promise((resolve) => {
    let stage: CallStage = 'connect';
    let asked = false;
    let over = false;
    let reader: AnswerReader | undefined;

    const settle = (result: () => Exchange | Promise<Exchange>): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      resolve(result());
    };
    const fail = (error: unknown): void => {
      request.destroy();
      settle(() =>
        // A kept connection that was no good any more, and nothing was asked on it: the next one, in the end a new one
        request.reusedSocket && !asked
          ? exchange(wire, call)
          : { ok: false, failure: describeFailure(error, stage) },
      );
    };
    const send = (): void => {
      if (request.destroyed) return;
      asked = true;
      request.end(call.body);
    };
    const onAbort = (): void => {
      if (stage === 'connect') fail(new TransportError('ABORTED', 'the bridge is shutting down'));
    };
    const request = httpRequest({
      // The agent connects to its own target whatever stands here, so a polluted prototype cannot redirect a call.
      agent: wire.agent,
      host: wire.host,
      port: wire.port,
      method: call.method,
      path: wire.pathPrefix + call.path,
      headers: headersOf(wire, call),
    });
    // Only now: a request that cannot even be made throws, and nothing of it may be left to fire
    const timer = setTimeout(() => {
      if (reader === undefined)
        fail(new TransportError('CALL_TIMEOUT', `no answer within ${wire.timeoutMs} ms`));
      else reader.stop('timed_out');
    }, wire.timeoutMs);
    request.once('socket', () => {
      stage = 'send';
      // Bytes that waited on a kept connection would be taken for the answer: they must show before anything is asked
      if (request.reusedSocket) afterPoll(send);
      else send();
    });
    request.once('finish', () => {
      stage = 'answer';
    });
    request.on('error', (error) => {
      if (reader === undefined) fail(error);
      else reader.stop('cut_off');
    });
    request.once('response', (response) => {
      if (!asked) return fail(undefined);
      const status = response.statusCode ?? 0;
      // After a time-out or a failure on the other side its real answer may still come: not on our next request.
      if (status >= 500 || status === 408) request.shouldKeepAlive = false;
      reader = readAnswer(response, call.maxAnswer ?? DEFAULT_MAX_ANSWER, (answer) =>
        settle(() => ({ ok: true, answer })),
      );
    });
    if (call.signal?.aborted === true) return onAbort();
    // A kept connection is there by then, and nothing but a connection is waited for
    setImmediate(() => {
      const { signal } = call;
      if (over || stage !== 'connect' || signal === undefined) return;
      if (signal.aborted) return onAbort();
      // One signal serves every call of a process; Node takes more than ten listeners for a leak
      setMaxListeners(0, signal);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  });
}

/** Names and values in turn: of a list, Node makes the header's text at once; an object it first takes to pieces. */
function headersOf({ authority }: Wire, { headers, body }: HttpCall): string[] {
  const list = ['host', authority];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  if (body !== undefined) list.push('content-length', String(Buffer.byteLength(body)));
  return list;
}

/** Calls `then` once the event loop has read whatever had come when this was called. */
function afterPoll(then: () => void): void {
  // The first may come in the middle of a round whose reading is over
  setImmediate(() => setImmediate(then));
}
