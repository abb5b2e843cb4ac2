import type { JsonObject } from '../../model/json.js';
import { parseObject } from '../../model/parse-json.js';

/** Part of a lifetime that is not used, so that a token does not expire on its way; at most 30 s. */
const MARGIN = 0.1;
const MAX_MARGIN_MS = 30_000;
/** A token goes into a header: printable ASCII, and no longer than servers take. */
const USABLE = /^[\x21-\x7e]{1,8192}$/;

export interface Claims {
  /** Unix seconds, by Komand's clock. */
  readonly issuedAt: number | undefined;
  /** Unix seconds, by Komand's clock. */
  readonly expiresAt: number | undefined;
  readonly permissions: readonly string[] | undefined;
}

export function isUsableToken(token: string): boolean {
  return USABLE.test(token);
}

function seconds(claims: JsonObject, name: string): number | undefined {
  const value = claims[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** What a JWT says of itself; all absent when it is not one. Unverified: nothing is granted because of it. */
export function readClaims(token: string): Claims {
  const claims = parseObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) ?? {};
  const perms = claims['perms'];
  return {
    issuedAt: seconds(claims, 'iat'),
    expiresAt: seconds(claims, 'exp'),
    permissions: Array.isArray(perms) ? perms.filter((perm) => typeof perm === 'string') : undefined,
  };
}

/**
 * How long a token just received is used, in milliseconds. With `iat` both ends are by Komand's clock, so the clocks
 * need not agree. Without a believable `exp` (missing, not after `iat`, already past) it is `unknownMs`.
 */
export function usableFor(claims: Claims, now: number, unknownMs: number): number {
  const from = claims.issuedAt ?? now / 1_000;
  const lifetime = ((claims.expiresAt ?? Number.NaN) - from) * 1_000;
  if (!(lifetime > 0)) return unknownMs;
  return lifetime - Math.min(lifetime * MARGIN, MAX_MARGIN_MS);
}
