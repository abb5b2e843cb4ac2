import type { Request } from 'express';
import { Problem } from '../model/problem.js';
import type { OpsToken } from '../model/settings.js';
import type { Principal } from './admin/admin-route.js';
import { createAuthorize, type Authorize } from './admin/authorize.js';
import type { FailedLogins } from './admin/failed-logins.js';

export interface WhoAsksDeps {
  /** Those in force now: a token that is taken out of the configuration ends with the reload. */
  readonly tokens: () => readonly OpsToken[];
  /** Who a console session belongs to, where the request carries one. */
  readonly session?: (request: Request) => Principal | undefined;
  /** The same that the console's sign-in counts in: who guesses at one door waits at both. */
  readonly failedLogins: FailedLogins;
}

/**
 * Tells who sent a request. Throws `Problem` unauthorized for nobody, and rate_limited for an address that showed too
 * many wrong tokens within a minute.
 */
export function createWhoAsks({
  tokens,
  session,
  failedLogins: failed,
}: WhoAsksDeps): (request: Request) => Principal {
  let known: { readonly tokens: readonly OpsToken[]; readonly authorize: Authorize } | undefined;
  const authorize = (header: string): Principal | undefined => {
    const current = tokens();
    if (known?.tokens !== current) known = { tokens: current, authorize: createAuthorize(current) };
    return known.authorize(header);
  };

  return (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return session?.(request) ?? refuse();
    const address = request.socket.remoteAddress ?? '';
    const wait = failed.blockedFor(address);
    if (wait !== undefined) {
      const sentence = 'Too many wrong tokens came from this address; wait a minute.';
      throw new Problem('rate_limited', 429, sentence, { retryAfterSeconds: wait });
    }
    const principal = authorize(authorization);
    if (principal !== undefined) return principal;
    failed.failed(address);
    return refuse();
  };
}

function refuse(): never {
  throw new Problem('unauthorized', 401, 'Show an operations token: Authorization: Bearer <token>.');
}
