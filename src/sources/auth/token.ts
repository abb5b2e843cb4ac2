import type { TokenSettings } from '../../model/auth-settings.js';
import type { Authenticator } from '../../model/source.js';
import { digest, firstMatch } from './constant-time.js';
import { presentedToken } from './presented-token.js';
import { isRefused, refused } from './refused.js';

const NOBODYS = Buffer.alloc(0);

/** A shared token in a header, the query, the path or a field of the body. */
export function createTokenAuthenticator(settings: TokenSettings): Authenticator {
  const expected = settings.secrets.map((secret) =>
    secret === '' ? NOBODYS : digest(Buffer.from(secret, 'utf8')),
  );
  const usable = settings.secrets.some((secret) => secret !== '');
  return (request) => {
    const token = presentedToken(request, settings);
    const index = firstMatch(expected, [digest(isRefused(token) ? NOBODYS : token)]);
    if (isRefused(token)) return token;
    if (!usable) return refused('not_configured', 'this source has no usable secret');
    if (index === undefined)
      return refused('wrong_secret', `the token in the ${settings.in} is no live secret`);
    return { ok: true, secretIndex: index };
  };
}
