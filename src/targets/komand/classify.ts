import type { JsonObject } from '../../model/json.js';
import type { DeliveryOutcome, ErrorClass, TargetAnswer } from '../../model/outcome.js';
import { type CallFailure, type Exchange, headerText, type HttpAnswer } from './call.js';
import { parseObject } from '../../model/parse-json.js';
import { readText } from './read-text.js';
import { excerpt, type Redact } from './redact.js';
import { retryAfterMs } from './retry-after.js';

/** Everything the outcome of an event's POST depends on. */
export interface CallObservation {
  readonly endpoint: 'workflow' | 'trigger';
  readonly exchange: Exchange;
  /** How old the token was that the call carried. */
  readonly tokenAgeMs: number;
  /** The call was already made again after a fresh login. */
  readonly relogged: boolean;
  /** What the token allows, where it says so. */
  readonly permissions: readonly string[] | undefined;
  readonly redact: Redact;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A token older than this may have been issued before its user's rights changed. */
const STALE_TOKEN_MS = 60_000;
const MAX_JOB_ID = 256;

/**
 * What became of an attempt. Pure. First row that fits:
 *
 * | observation                                             | outcome      | class       | why                                           |
 * |---------------------------------------------------------|--------------|-------------|-----------------------------------------------|
 * | given up before the connection was there (shutdown)     | interrupted  | shutdown    | nothing was sent                              |
 * | no connection: DNS, refused, unreachable, TLS, time-out | target-down  | dns … tls   | nothing was sent, and no event would fare better |
 * | connected, broken before the request had wholly left    | retry        | connection… | not processed; counts, as the event's size may be why |
 * | request left, then reset, time-out or an answer not HTTP| ambiguous    | connection… | Komand may have it                            |
 * | any code, body `status` = `ACCESS_DENIED`; 403          | relogin if the token is > 60 s old, else route-broken | permission | rights may be new; else a person must act |
 * | 401                                                     | relogin once, then route-broken | auth | not processed                        |
 * | 2xx with a usable `job_id`                              | delivered    |             |                                               |
 * | 2xx, a web page                                         | route-broken | bad_answer  | a login page or proxy answered, not Komand    |
 * | 2xx with `error`, code 4xx                              | rejected     | http_4xx    | a 2xx may carry an error (InsightConnect)     |
 * | 2xx with `error`, any other code                        | retry        | http_5xx    |                                               |
 * | 2xx of a trigger, a JSON object                         | delivered    |             | "published to queue"; a trigger has no job id |
 * | 2xx otherwise: empty, cut off, no or unusable `job_id`  | ambiguous    | bad_answer, timeout | Komand said yes, which job is not known |
 * | 3xx                                                     | route-broken | redirect    | never followed: the token is for this host    |
 * | 404, 410                                                | route-broken | not_found   | wrong or deleted workflow                     |
 * | 405, 407, 421                                           | route-broken | http_4xx    | the address is not Komand's                   |
 * | 429                                                     | retry        | http_429    | with `Retry-After`                            |
 * | 408, 425                                                | retry        | http_4xx    | not processed                                 |
 * | 400, 413, 422 and every other 4xx                       | rejected     | http_4xx    | the same body will fail again                 |
 * | 502, 503                                                | target-down  | http_5xx    | a gateway with no Komand behind it, or maintenance |
 * | 504                                                     | ambiguous    | http_5xx    | the gateway passed it on and saw no answer    |
 * | 500 and whatever else                                   | retry        | http_5xx    | counts: this event may be what breaks it      |
 */
export function classify(observation: CallObservation): DeliveryOutcome {
  const { exchange } = observation;
  if (!exchange.ok) return classifyFailure(exchange.failure);
  const { answer } = exchange;
  const body = parseObject(answer.text);
  const seen: Seen = { ...observation, answer, body, kept: keep(answer, observation.redact) };
  if (body?.['status'] === 'ACCESS_DENIED' || answer.status === 403) return denied(seen);
  if (answer.status === 401) return unauthorised(seen);
  return answer.status < 300 ? classifySuccess(seen) : classifyRefusal(seen);
}

interface Seen extends CallObservation {
  readonly answer: HttpAnswer;
  readonly body: JsonObject | undefined;
  readonly kept: TargetAnswer;
}

function keep(answer: HttpAnswer, redact: Redact): TargetAnswer {
  return { status: answer.status, excerpt: excerpt(answer.text, redact) };
}

function classifyFailure(failure: CallFailure): DeliveryOutcome {
  const { stage, errorClass, reason } = failure;
  if (stage === 'answer') return { kind: 'ambiguous', errorClass, reason, reached: 'sent_no_answer' };
  const kind = errorClass === 'shutdown' ? 'interrupted' : stage === 'connect' ? 'target-down' : 'retry';
  return { kind, errorClass, reason, reached: 'not_sent' };
}

function denied(seen: Seen): DeliveryOutcome {
  const stale = !seen.relogged && seen.tokenAgeMs > STALE_TOKEN_MS;
  const rights =
    seen.permissions === undefined ? 'which are not known' : seen.permissions.join(', ') || 'none';
  return failed(
    stale ? 'relogin' : 'route-broken',
    'permission',
    `Komand denies access; the permissions of this login: ${rights}`,
    seen,
  );
}

function unauthorised(seen: Seen): DeliveryOutcome {
  if (!seen.relogged) return failed('relogin', 'auth', 'Komand does not accept the token any more', seen);
  return failed('route-broken', 'auth', 'Komand does not accept a fresh token here', seen);
}

function classifySuccess(seen: Seen): DeliveryOutcome {
  const { answer, body, kept } = seen;
  const jobId = readText(body?.['job_id'] ?? body?.['jobId']);
  const message = readText(body?.['message']);
  const delivered = {
    kind: 'delivered',
    ...(message !== undefined && { message: said(message, seen.redact) }),
    answer: kept,
  } as const;
  if (jobId !== undefined && isUsableJobId(jobId, seen.redact)) return { ...delivered, jobId };
  if (/html/i.test(headerText(answer.headers, 'content-type') ?? '') || /^\s*</.test(answer.text)) {
    return failed(
      'route-broken',
      'bad_answer',
      'a web page answered, not Komand: a login page or a proxy?',
      seen,
    );
  }
  const error = body?.['error'];
  if (error !== undefined && error !== null && error !== false && error !== '')
    return successWithError(error, seen);
  if (seen.endpoint === 'trigger' && body !== undefined && jobId === undefined) return delivered;
  return failed(
    'ambiguous',
    answer.fault === 'timed_out' ? 'timeout' : 'bad_answer',
    unusable(seen, jobId),
    seen,
  );
}

/** An id with one of our secrets in it would be shown to whoever looks. */
function isUsableJobId(jobId: string, redact: Redact): boolean {
  return jobId.length <= MAX_JOB_ID && redact(jobId) === jobId;
}

function successWithError(error: NonNullable<JsonObject[string]>, seen: Seen): DeliveryOutcome {
  const code = typeof error === 'object' && 'errorCode' in error ? Number(error['errorCode']) : Number.NaN;
  const reason = `Komand answered ${seen.answer.status} with an error in it`;
  const permanent = code >= 400 && code < 500;
  return failed(permanent ? 'rejected' : 'retry', permanent ? 'http_4xx' : 'http_5xx', reason, seen);
}

function unusable({ answer, body }: Seen, jobId: string | undefined): string {
  const start = `Komand answered ${answer.status}, `;
  if (answer.fault === 'too_large') return `${start}but more than is read of an answer`;
  if (answer.fault === 'undecodable') return `${start}in an encoding that cannot be read`;
  if (answer.fault !== undefined) return `${start}but the answer broke off`;
  if (answer.text.trim() === '') return `${start}but said nothing`;
  if (body === undefined) return `${start}but not with JSON`;
  return `${start}but with ${jobId !== undefined || 'job_id' in body ? 'an unusable' : 'no'} job_id`;
}

function classifyRefusal(seen: Seen): DeliveryOutcome {
  const { status, headers } = seen.answer;
  const says = readText(seen.body?.['message']);
  const reason = `Komand answered ${status}${says === undefined ? '' : `: ${said(says, seen.redact)}`}`;
  const wait = retryAfterMs(headers, seen.now);
  const retryAfter = wait === undefined ? {} : { retryAfterMs: wait };
  if (status < 400)
    return failed('route-broken', 'redirect', `${reason}, a redirect; it is not followed`, seen);
  if (status === 404 || status === 410) return failed('route-broken', 'not_found', reason, seen);
  if ([405, 407, 421].includes(status)) return failed('route-broken', 'http_4xx', reason, seen);
  if (status === 429) return { ...failed('retry', 'http_429', reason, seen), ...retryAfter };
  if (status === 408 || status === 425)
    return { ...failed('retry', 'http_4xx', reason, seen), ...retryAfter };
  if (status < 500) return failed('rejected', 'http_4xx', reason, seen);
  if (status === 502 || status === 503)
    return { ...failed('target-down', 'http_5xx', reason, seen), ...retryAfter };
  if (status === 504) return failed('ambiguous', 'http_5xx', reason, seen);
  return { ...failed('retry', 'http_5xx', reason, seen), ...retryAfter };
}

/** What Komand said, fit for one line of a log. */
function said(message: string, redact: Redact): string {
  return redact(message).replaceAll(/\s+/g, ' ').slice(0, 200);
}

type FailedKind = Exclude<DeliveryOutcome['kind'], 'delivered'>;

function failed<K extends FailedKind>(kind: K, errorClass: ErrorClass, reason: string, seen: Seen) {
  return { kind, errorClass, reason, reached: 'answered', answer: seen.kept } as const;
}
