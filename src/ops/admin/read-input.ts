import { isJsonObject } from '../../model/json.js';
import { Problem } from '../../model/problem.js';
import type { DeliveryState } from '../../model/delivery.js';
import type { AdminRequest } from './admin-route.js';
import type { Change } from './ports.js';

const STATES: readonly DeliveryState[] = ['queued', 'active', 'scheduled', 'delivered', 'dead', 'discarded'];
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
const MAX_REASON = 500;

/** Throws a `bad_request` that names every parameter there is, when one is given that there is not. */
export function onlyParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw new Problem(
        'bad_request',
        400,
        `There is no parameter of that name here; there are: ${known.join(', ')}.`,
      );
    }
  }
}

export function readLimit(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null) return DEFAULT_PAGE;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new Problem('bad_request', 400, `limit must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  return limit;
}

export function readState(query: URLSearchParams): DeliveryState | undefined {
  const text = query.get('state');
  if (text === null) return undefined;
  const state = STATES.find((known) => known === text);
  if (state === undefined)
    throw new Problem('bad_request', 400, `state must be one of: ${STATES.join(', ')}.`);
  return state;
}

/** Every change carries a reason: without one the audit trail answers nothing. */
export function readChange(request: AdminRequest): Change {
  const reason = isJsonObject(request.body) ? request.body['reason'] : undefined;
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > MAX_REASON) {
    throw new Problem('bad_request', 400, `Say why: send {"reason": "…"}, at most ${MAX_REASON} characters.`);
  }
  return { by: request.principal.name, reason: reason.trim() };
}

export function readParam(request: AdminRequest, name: string): string {
  return request.params[name] ?? '';
}
