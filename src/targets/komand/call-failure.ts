import { errors } from 'undici';
import type { ErrorClass } from '../../model/outcome.js';
import type { CallFailure, CallStage } from './call.js';

/** Thrown inside the transport for what Node has no error of its own for; `code` is stable. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    readonly code:
      | 'CONNECT_TIMEOUT'
      | 'CALL_TIMEOUT'
      | 'ABORTED'
      | 'FINGERPRINT_MISMATCH'
      | 'TLS_FAILED'
      | 'ADDRESS_REFUSED',
    override readonly message: string,
  ) {
    super(message);
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  NOT_HTTP: 'the answer is not HTTP',
  UND_ERR_SOCKET: 'the other side closed the connection',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
};

function errorCode(error: unknown): string {
  // undici gives its parser's errors no code, or this one's where a length had been read before
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError)
    return 'NOT_HTTP';
  // Node gives an AggregateError of several addresses the code of its first error.
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

function errorClass(error: unknown, code: string): ErrorClass {
  if (code === 'CONNECT_TIMEOUT' || code === 'CALL_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'FINGERPRINT_MISMATCH' || code === 'TLS_FAILED') return 'tls';
  if (code === 'ABORTED') return 'shutdown';
  if (code === 'ADDRESS_REFUSED') return 'dns';
  if (code === 'NOT_HTTP' || code === 'UND_ERR_HEADERS_OVERFLOW') return 'bad_answer';
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  return syscall === 'getaddrinfo' ? 'dns' : 'connection';
}

/** Puts a transport error into the words of the model. Pure. */
export function describeFailure(error: unknown, stage: CallStage): CallFailure {
  const code = errorCode(error);
  const own = error instanceof TransportError ? error.message : undefined;
  const sentence = own ?? SENTENCES[code] ?? 'the call failed';
  const when =
    stage === 'answer' ? ', after the request had been sent' : stage === 'send' ? ', while sending' : '';
  return {
    stage,
    errorClass: errorClass(error, code),
    code,
    reason: `${sentence}${when}${own === undefined ? ` (${code})` : ''}`,
  };
}
