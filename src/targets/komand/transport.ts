import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import { decodeAnswer } from './decode-answer.js';
import type { AnswerFault, AnswerHeaders, CallStage, Exchange, HttpCall } from './call.js';
import { describeFailure, TransportError } from './call-failure.js';
import type { Connection, Connections } from './connections.js';

const DEFAULT_MAX_ANSWER = 1024 * 1024;

/** Where calls go, settled once per target. */
export interface Wire {
  readonly connections: Connections;
  /** The base URL's path without a slash at its end. */
  readonly pathPrefix: string;
  /** For one whole call, connect to last byte, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Makes one call. Never rejects. Follows no redirect, reads no proxy from the environment, and knows for certain how far
 * the request came: only established connections are written to, so before that nothing was sent; and until the kernel
 * has taken its last byte the request was not whole, and no server can have acted on it.
 */
export function exchange(wire: Wire, call: HttpCall): Promise<Exchange> {
  if (call.signal?.aborted === true)
    return Promise.resolve({ ok: false, failure: describeFailure(stopping(), 'connect') });
  return new Promise((resolve) => new Ongoing(wire, call, resolve).begin());
}

/** A call under way: what undici tells of it, in order. */
class Ongoing implements Dispatcher.DispatchHandler {
  readonly #connection: Connection;
  readonly #maxAnswer: number;
  #stage: CallStage = 'connect';
  #over = false;
  #status = 0;
  #headers: AnswerHeaders = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly call: HttpCall,
    private readonly resolve: (result: Exchange | Promise<Exchange>) => void,
  ) {
    this.#connection = wire.connections.take();
    this.#maxAnswer = call.maxAnswer ?? DEFAULT_MAX_ANSWER;
  }

  begin(): void {
    const { method, path, headers, body, signal } = this.call;
    this.#timer = setTimeout(() => this.#onTimeout(), this.wire.timeoutMs);
    this.#connection.client.dispatch(
      // `blocking` is about what else may be sent on the connection, which is nothing
      { method, path: this.wire.pathPrefix + path, headers, body: body ?? null, blocking: false },
      this,
    );
    if (signal === undefined) return;
    // A kept connection is there by then, and nothing but a connection is waited for
    setImmediate(() => this.#heed(signal));
  }

  onRequestStart(): void {
    this.#stage = 'send';
    // undici writes the request right after this
    queueMicrotask(() => this.#noteWritten());
  }

  onResponseStart(_controller: unknown, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#over) return;
    const room = this.#maxAnswer - this.#size;
    this.#size += chunk.length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (this.#size > this.#maxAnswer) this.#finish('too_large');
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#status === 0) this.#fail(error);
    else this.#finish('cut_off');
  }

  #noteWritten(): void {
    const { socket } = this.#connection;
    const sent = (error?: Error | null): void => {
      if (error === undefined || error === null) this.#stage = 'answer';
    };
    if (socket === undefined || socket.destroyed) return;
    // What is written after it is taken after it
    if (socket.writableLength === 0) sent();
    else socket.write('', sent);
  }

  #onTimeout(): void {
    if (this.#status === 0)
      this.#fail(new TransportError('CALL_TIMEOUT', `no answer within ${this.wire.timeoutMs} ms`));
    else this.#finish('timed_out');
  }

  readonly #onAbort = (): void => {
    if (this.#stage === 'connect') this.#fail(stopping());
  };

  #heed(signal: AbortSignal): void {
    if (this.#over || this.#stage !== 'connect') return;
    if (signal.aborted) return this.#onAbort();
    // One signal serves every call of a process; Node takes more than ten listeners for a leak
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #finish(fault?: AnswerFault): void {
    const status = this.#status;
    // After a time-out or a failure on the other side its real answer may still come: not on our next request
    if (!this.#end(fault === undefined && status < 500 && status !== 408)) return;
    const [headers, chunks, maxBytes] = [this.#headers, this.#chunks, this.#maxAnswer];
    this.resolve(decodeAnswer({ status, headers, chunks, maxBytes, fault }));
  }

  #fail(error: Error): void {
    if (!this.#end(false)) return;
    this.resolve({ ok: false, failure: describeFailure(error, this.#stage) });
  }

  /** Answers whether it had not ended before. */
  #end(reusable: boolean): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.call.signal?.removeEventListener('abort', this.#onAbort);
    if (reusable) this.wire.connections.giveBack(this.#connection);
    // undici is in the middle of telling us
    else setImmediate(() => this.wire.connections.drop(this.#connection, new Error('dropped')));
    return true;
  }
}

function stopping(): TransportError {
  return new TransportError('ABORTED', 'the bridge is shutting down');
}
