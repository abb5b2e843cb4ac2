/** Stable codes of every error answer; never renamed, never matched by text. */
export type ProblemCode =
  | 'empty_body'
  | 'invalid_json'
  | 'invalid_utf8'
  | 'too_deep'
  | 'duplicate_key'
  | 'bad_request'
  | 'unauthorized'
  | 'address_not_allowed'
  | 'forbidden'
  | 'unknown_source'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'schema_mismatch'
  | 'rate_limited'
  | 'headers_too_large'
  | 'overloaded'
  | 'store_unavailable'
  | 'draining'
  | 'internal';

/** One breach of a schema: where and which rule, never the value. */
export interface SchemaFault {
  /** JSON pointer into the body. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

export interface ProblemDetails {
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
  readonly errors?: readonly SchemaFault[];
  /** For operators only: the exact cause. Never in an answer. */
  readonly cause?: string;
}

/** An answer that is not 2xx: code, status and one public sentence that says what to do next. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    /** Shown to the caller. */
    override readonly message: string,
    readonly details: ProblemDetails = {},
  ) {
    super(message);
  }
}
