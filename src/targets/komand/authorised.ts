import type { ErrorClass } from '../../model/outcome.js';
import type { TargetSettings } from '../../model/settings.js';
import type { HttpAnswer, HttpCall } from './call.js';
import { KomandCallFailed } from './komand-call-failed.js';
import type { HttpClient } from './http-client.js';
import { parseObject } from '../../model/parse-json.js';
import { type Grant, type Session, SessionUnavailable } from './session.js';

const CLASS_OF_STATUS = new Map<number, ErrorClass>([
  [401, 'auth'],
  [403, 'permission'],
  [404, 'not_found'],
  [410, 'not_found'],
  [408, 'http_5xx'],
  [425, 'http_5xx'],
  [429, 'http_429'],
]);

/** The header that carries the token. */
export function credentials(token: string, as: TargetSettings['tokenAs']): Readonly<Record<string, string>> {
  return as === 'cookie' ? { cookie: `jwt=${token}` } : { authorization: `Bearer ${token}` };
}

/** The text of a whole 2xx answer. Throws `KomandCallFailed` for every other. */
function goodText({ status, text, fault }: HttpAnswer): string {
  // The refusal is a few hundred bytes; a list of many megabytes is not parsed a second time for it.
  if (text.length < 4_096 && parseObject(text)?.['status'] === 'ACCESS_DENIED') {
    throw new KomandCallFailed('permission', 'Komand denies access to this login');
  }
  if (status >= 300) {
    const byRange = status >= 500 ? 'http_5xx' : status >= 400 ? 'http_4xx' : 'redirect';
    throw new KomandCallFailed(CLASS_OF_STATUS.get(status) ?? byRange, `Komand answered ${status}`);
  }
  if (fault !== undefined)
    throw new KomandCallFailed('bad_answer', `Komand's answer was not whole: ${fault}`);
  return text;
}

/**
 * A reading call with the session's token, made again once after a new login when the token is not accepted.
 * Resolves with the text of a 2xx answer; rejects with `KomandCallFailed` otherwise.
 */
export function createAuthorisedCall(
  http: HttpClient,
  session: Session,
  tokenAs: TargetSettings['tokenAs'],
): (call: HttpCall) => Promise<string> {
  const once = async (call: HttpCall, grant: Grant): Promise<HttpAnswer> => {
    const headers = { ...call.headers, ...credentials(grant.token, tokenAs) };
    const made = await http.call({ ...call, headers });
    if (made.ok) return made.answer;
    throw new KomandCallFailed(made.failure.errorClass, made.failure.reason);
  };
  return async (call) => {
    const grant = await session.grant().catch(asCallFailed);
    const answer = await once(call, grant);
    if (answer.status !== 401) return goodText(answer);
    return goodText(await once(call, await session.renew(grant).catch(asCallFailed)));
  };
}

/** Rethrows; a session that cannot be had becomes a `KomandCallFailed`. */
export function asCallFailed(error: unknown): never {
  if (error instanceof SessionUnavailable) throw new KomandCallFailed(error.errorClass, error.message);
  throw error;
}
