import { errors, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { JwtSettings } from '../../model/auth-settings.js';
import type { Authenticator, Refused } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { headerValue } from './header-value.js';
import { createKeySet } from './key-set.js';
import { ASYMMETRIC_ALGORITHMS } from './jwt-algorithms.js';
import { jwtRefusal } from './jwt-refusal.js';
import { isRefused, refused } from './refused.js';

/** Entra's tokens with many groups are long; Node takes 16 KiB of headers in all. */
const MAX_TOKEN = 12_288;
/** Seconds by which the issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_S = 60;
/** Keys of one id that are tried (RFC 7517 §4.5 lets a set have several). */
const MAX_KEYS = 10;

/** `Authorization: Bearer` with a signed token (RFC 7519) of one issuer, for one audience, that expires. */
export function createJwtAuthenticator(
  settings: JwtSettings,
  deps: Pick<AuthDeps, 'now' | 'readFile' | 'fetchText'>,
): Authenticator {
  const keySet = createKeySet(settings, deps);
  const algorithms = settings.algorithms.filter((algorithm) => ASYMMETRIC_ALGORITHMS.includes(algorithm));
  return async (request) => {
    const token = bearer(headerValue(request, 'authorization', MAX_TOKEN));
    if (isRefused(token)) return token;
    const options: JWTVerifyOptions = {
      algorithms,
      issuer: settings.issuer,
      audience: settings.audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(deps.now()),
    };
    try {
      const keys = await keySet.current();
      const fault = await check(token, keys, options);
      if (!(fault instanceof errors.JWKSNoMatchingKey)) return answer(fault);
      // Signed with a key that is newer than ours
      const newer = await keySet.newer(keys);
      return answer(newer === undefined ? fault : await check(token, newer, options));
    } catch (error) {
      return jwtRefusal(error);
    }
  };
}

function answer(fault: unknown): ReturnType<Authenticator> {
  return fault === undefined ? { ok: true, secretIndex: 0 } : jwtRefusal(fault);
}

/** `undefined` when the token is good, else what is wrong with it. */
async function check(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<unknown> {
  try {
    await jwtVerify(token, keys, options);
    return undefined;
  } catch (error) {
    return error instanceof errors.JWKSMultipleMatchingKeys ? tryEach(token, error, options) : error;
  }
}

async function tryEach(
  token: string,
  several: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<unknown> {
  let fault: unknown = new errors.JWKSNoMatchingKey();
  let left = MAX_KEYS;
  for await (const key of several) {
    fault = await check(token, () => key, options);
    left -= 1;
    if (!(fault instanceof errors.JWSSignatureVerificationFailed) || left === 0) break;
  }
  return fault;
}

function bearer(header: string | Refused): string | Refused {
  if (isRefused(header)) return header;
  return (
    /^bearer +([\w.-]+)$/i.exec(header)?.[1] ??
    refused('malformed', 'the authorization header is not Bearer and a token')
  );
}
