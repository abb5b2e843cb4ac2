import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../admin/admin-route.js';
import type { Authorize } from '../admin/authorize.js';
import type { FailedLogins } from '../admin/failed-logins.js';
import type { ConsoleSession, ConsoleSessions } from './ports.js';
import { readCookie } from './read-cookie.js';

const COOKIE = 'bridge_session';
/** A night shift. Milliseconds. */
const LASTS_MS = 12 * 3_600_000;
const KEPT = 1_000;

export interface KeptSessions extends ConsoleSessions {
  /** Who a token belongs to, with the session's cookie set; or why not. At the limit with `Retry-After`. */
  signIn(request: IncomingMessage, response: ServerResponse, token: string): Principal | 'wrong' | 'limit';
  /** The session is over, wherever its cookie still is. */
  signOut(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Sessions in memory: a restart of the process signs everybody out. A session ends with its token: when that is taken
 * out of the configuration, the next request is a stranger's.
 */
export function createSessions(deps: {
  readonly authorize: () => Authorize;
  readonly failedLogins: FailedLogins;
  readonly now: () => number;
}): KeptSessions {
  const { failedLogins, now } = deps;
  const sessions = new Map<
    string,
    { readonly token: string; readonly csrfToken: string; readonly until: number }
  >();

  const find = (request: IncomingMessage) => {
    const key = keyOf(readCookie(request.headers.cookie, COOKIE) ?? '');
    const found = sessions.get(key);
    return found === undefined || found.until < now() ? undefined : { key, ...found };
  };

  const of = (request: IncomingMessage): ConsoleSession | undefined => {
    const found = find(request);
    const principal = found === undefined ? undefined : deps.authorize()(`Bearer ${found.token}`);
    return found === undefined || principal === undefined
      ? undefined
      : { principal, csrfToken: found.csrfToken };
  };

  return {
    of,
    accepts(request, formToken) {
      const session = of(request);
      if (session === undefined || !isSameOrigin(request)) return false;
      const [given, wanted] = [formToken, session.csrfToken].map((text) =>
        createHash('sha256').update(text).digest(),
      );
      return given !== undefined && wanted !== undefined && timingSafeEqual(given, wanted);
    },
    signIn(request, response, token) {
      const address = request.socket.remoteAddress ?? '';
      const wait = failedLogins.blockedFor(address);
      if (wait !== undefined) {
        response.setHeader('Retry-After', String(wait));
        return 'limit';
      }
      // Refused whatever the token, and not counted: another site must not lock somebody out by guessing in their browser
      if (!isSameOrigin(request)) return 'wrong';
      const principal = deps.authorize()(`Bearer ${token}`);
      if (principal === undefined) {
        failedLogins.failed(address);
        return 'wrong';
      }
      const id = randomBytes(32).toString('base64url');
      for (const [key, { until }] of sessions)
        if (until < now() || sessions.size >= KEPT) sessions.delete(key);
      sessions.set(keyOf(id), {
        token,
        csrfToken: randomBytes(24).toString('base64url'),
        until: now() + LASTS_MS,
      });
      response.setHeader('Set-Cookie', cookie(request, id, LASTS_MS / 1_000));
      return principal;
    },
    signOut(request, response) {
      const found = find(request);
      if (found !== undefined) sessions.delete(found.key);
      response.setHeader('Set-Cookie', cookie(request, '', 0));
    },
  };
}

/** The memory of a process need not hold what a cookie says. */
function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

function cookie(request: IncomingMessage, value: string, seconds: number): string {
  const secure = 'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https';
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** A browser says where a form came from; one that says nothing, or another place, is not believed. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = headers.origin;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === headers.host;
}
