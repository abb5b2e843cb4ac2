import { isJsonObject } from '../../model/json.js';
import { Problem } from '../../model/problem.js';
import type { AdminRequest } from './admin-route.js';
import type { Change } from './ports.js';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
const MAX_REASON = 500;

/** Throws a `bad_request` that names every parameter there is, when one is given that there is not, or given twice. */
export function onlyParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw badRequest(`There is no parameter of that name here; there are: ${known.join(', ') || 'none'}.`);
    }
    if (query.getAll(name).length > 1) throw badRequest(`The parameter ${name} may be given once.`);
  }
}

/** As `onlyParameters`, for the fields of a JSON body. Answers the body; none counts as empty. */
export function onlyFields(body: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (body === undefined) return {};
  if (!isJsonObject(body)) throw badRequest('Send a JSON object.');
  const unknown = Object.keys(body).some((name) => !known.includes(name));
  if (unknown) throw badRequest(`There is no field of that name here; there are: ${known.join(', ')}.`);
  return body;
}

/** A whole number from 1 to `most`. */
export function readLimit(query: URLSearchParams, most = MAX_PAGE): number {
  const text = query.get('limit');
  if (text === null) return Math.min(DEFAULT_PAGE, most);
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw badRequest(`limit must be a whole number from 1 to ${most}.`);
  }
  return limit;
}

/** Every change carries a reason: without one the audit trail answers nothing. */
export function readChange(request: AdminRequest): Change {
  const reason = isJsonObject(request.body) ? request.body['reason'] : undefined;
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > MAX_REASON) {
    throw badRequest(`Say why: send {"reason": "…"}, at most ${MAX_REASON} characters.`);
  }
  return { by: request.principal.name, reason: reason.trim() };
}

export function readParam(request: AdminRequest, name: string): string {
  return request.params[name] ?? '';
}

export function badRequest(sentence: string): Problem {
  return new Problem('bad_request', 400, sentence);
}
