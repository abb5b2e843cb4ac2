import type { ErrorClass } from '../../model/outcome.js';
import type { Exchange, HttpCall } from './call.js';
import { parseObject } from '../../model/parse-json.js';
import { readText } from './read-text.js';
import type { Redact } from './redact.js';
import { retryAfterMs } from './retry-after.js';
import { isUsableToken } from './token.js';

export type LoginOutcome =
  | { readonly kind: 'granted'; readonly token: string }
  /** Komand said no: trying again soon may lock the account. */
  | { readonly kind: 'refused'; readonly errorClass: ErrorClass; readonly reason: string }
  /** Nobody said no: it can be tried again soon. */
  | {
      readonly kind: 'unavailable';
      readonly errorClass: ErrorClass;
      readonly reason: string;
      readonly retryAfterMs?: number;
    };

export function loginCall(username: string, password: string): HttpCall {
  return {
    method: 'POST',
    path: '/v2/sessions',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ user_name: username, user_secret: password }),
  };
}

/**
 * What became of a login. Pure.
 *
 * | observation                                    | outcome     |
 * |------------------------------------------------|-------------|
 * | no answer                                      | unavailable |
 * | any code with `status` = `ACCESS_DENIED`       | refused     |
 * | 2xx with a token                               | granted     |
 * | 2xx without one, 3xx                           | unavailable |
 * | 408, 425, 429, 5xx                             | unavailable |
 * | every other 4xx                                | refused     |
 */
export function classifyLogin(exchange: Exchange, redact: Redact, now: number): LoginOutcome {
  if (!exchange.ok) {
    return { kind: 'unavailable', errorClass: exchange.failure.errorClass, reason: exchange.failure.reason };
  }
  const { status, text, headers } = exchange.answer;
  const body = parseObject(text);
  const message = readText(body?.['message']);
  const says = message === undefined ? '' : `: ${redact(message).replaceAll(/\s+/g, ' ').slice(0, 200)}`;
  const reason = `the login was answered with ${status}${says}`;
  if (body?.['status'] === 'ACCESS_DENIED') return { kind: 'refused', errorClass: 'auth', reason };
  if (status < 300) {
    const token = readText(body?.['token']);
    if (token !== undefined && isUsableToken(token)) return { kind: 'granted', token };
    return { kind: 'unavailable', errorClass: 'bad_answer', reason: `${reason}, but without a usable token` };
  }
  if (status < 400) return { kind: 'unavailable', errorClass: 'redirect', reason: `${reason}, a redirect` };
  const temporary = status >= 500 || [408, 425, 429].includes(status);
  if (!temporary) return { kind: 'refused', errorClass: 'auth', reason };
  const wait = retryAfterMs(headers, now);
  const errorClass = status === 429 ? 'http_429' : status >= 500 ? 'http_5xx' : 'http_4xx';
  return { kind: 'unavailable', errorClass, reason, ...(wait !== undefined && { retryAfterMs: wait }) };
}
