import { createHash, timingSafeEqual } from 'node:crypto';
import type { OpsToken } from '../../model/settings.js';
import type { Principal } from './admin-route.js';

export type Authorize = (authorization: string | undefined) => Principal | undefined;

/**
 * Checks `Authorization: Bearer …` against every configured token, in constant time: both sides are hashed to the
 * same length and all tokens are compared, whichever matches. An empty token never matches.
 */
export function createAuthorize(tokens: readonly OpsToken[]): Authorize {
  const known = tokens
    .filter(({ token }) => token.length > 0)
    .map((entry) => ({ ...entry, digest: digestOf(entry.token) }));
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const digest = digestOf(given);
    let found: Principal | undefined;
    for (const { name, role, digest: expected } of known) {
      if (timingSafeEqual(digest, expected)) found = { name, role };
    }
    return found;
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
