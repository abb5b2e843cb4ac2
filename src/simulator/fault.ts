/**
 * What can go wrong. Those of `TAKES` run the request as usual first, so that an event is accepted and a job exists
 * whatever the caller gets to see; `accept` in a fault turns that round.
 */
export const FAULT_KINDS = [
  /** `status`, `headers`, `body` as given, in place of the real answer. */
  'status',
  /** `ACCESS_DENIED`, with `status` (403). */
  'access-denied',
  /** A redirect (`status` 301, `location`). */
  'redirect',
  /** 200 and the login page of a proxy. */
  'login-html',
  /** The connection is reset as soon as the head of the request is there. */
  'reset-before-read',
  /** … once the whole request is read, and nothing came of it. */
  'reset-before-accept',
  /** … and the event was accepted. */
  'reset-after-accept',
  /** No answer, ever; nothing came of it. With `delayMs`: the connection ends then. */
  'hang',
  /** No answer, ever; the event was accepted. */
  'silence-after-accept',
  /** The answer comes `delayMs` late. */
  'slow-headers',
  /** The answer comes one byte every `delayMs`. */
  'drip',
  /** Half the answer, then the end of the connection. */
  'truncate',
  /** The real answer with `contentType` (`text/html`). */
  'wrong-content-type',
  /** 200 and nothing. */
  'empty-body',
  /** 200 and what is not JSON. */
  'not-json',
  /** Bytes that are not HTTP. */
  'garbage',
  'no-job-id',
  /** `jobId` (any JSON value) in place of the real one. */
  'odd-job-id',
  /** `copies` (2) jobs for one event; the answer names the first. */
  'duplicate-jobs',
  'job-never-appears',
  /** The job ends with `outcome`. */
  'job-outcome',
  /** A few kB of gzip that are `bytes` (64 MiB) of blanks, before the real answer's JSON. */
  'gzip-bomb',
  /** `bytes` (64 MiB) of blanks before the real answer's JSON. */
  'huge-body',
  /** Every token ends now, before this request is looked at. */
  'revoke',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

const REFUSES: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'status',
  'access-denied',
  'redirect',
  'login-html',
  'reset-before-read',
  'reset-before-accept',
  'hang',
]);

export interface Fault {
  readonly kind: FaultKind;
  readonly accept?: boolean;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly delayMs?: number;
  readonly location?: string;
  readonly contentType?: string;
  readonly jobId?: unknown;
  readonly copies?: number;
  readonly outcome?: string;
  readonly bytes?: number;
}

/** Which requests a fault meets. All that is given must fit. */
export interface FaultMatch {
  readonly method?: string;
  /** A prefix of the path; with `*` (one segment) or a last `**` (any rest) the whole of it. No query. */
  readonly path?: string;
  /** The path is exactly this, not a prefix. */
  readonly exact?: boolean;
  /** The id of the workflow or trigger that an event is for. */
  readonly workflow?: string;
  /** Only the n-th fitting request (1, 2, …). */
  readonly nth?: number;
  /** Every n-th. */
  readonly every?: number;
  /** From 0 to 1; drawn from the seed. */
  readonly probability?: number;
  /** At most so often. */
  readonly times?: number;
}

export interface FaultRule {
  readonly match: FaultMatch;
  readonly fault: Fault;
}

/** Whether a request that meets this fault is run as usual first. */
export function takesRequest(fault: Fault): boolean {
  return fault.accept ?? !REFUSES.has(fault.kind);
}
