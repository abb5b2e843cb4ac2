import type { ErrorClass } from '../../model/outcome.js';

/** One HTTP call to a target. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Path and query below the target's base URL, percent-encoded; begins with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer that are read at most, compressed and uncompressed alike; 1 MiB when absent. */
  readonly maxAnswer?: number;
  /** Heeded only until the connection is there: a request that may have left runs on to its answer. */
  readonly signal?: AbortSignal;
}

/** Why the text of an answer is not the whole of it. */
export type AnswerFault = 'too_large' | 'cut_off' | 'timed_out' | 'undecodable';

/** By lower-case name; a list where one came several times. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The header of that name; the first where several came. */
export function headerText(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
  readonly fault?: AnswerFault;
}

/**
 * How far a call came before it failed:
 * `connect`: no connection (or none that could be trusted), not a byte of the request was sent;
 * `send`: connected, but the request had not wholly been handed to the network. A server cannot have acted on it;
 * `answer`: the whole request left, and no answer came. It may or may not have been acted on.
 */
export type CallStage = 'connect' | 'send' | 'answer';

export interface CallFailure {
  readonly stage: CallStage;
  /** `shutdown`: given up because the caller's signal fired. */
  readonly errorClass: ErrorClass;
  /** The system's or TLS library's code, e.g. `ECONNREFUSED`. */
  readonly code: string;
  /** One sentence for the operator, without anything secret. */
  readonly reason: string;
}

/** What became of a call, whatever it was: a value, never an exception. */
export type Exchange =
  { readonly ok: true; readonly answer: HttpAnswer } | { readonly ok: false; readonly failure: CallFailure };
