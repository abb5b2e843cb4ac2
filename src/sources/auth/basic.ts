import type { BasicSettings } from '../../model/auth-settings.js';
import type { Authenticator, Refused } from '../../model/source.js';
import { digest, firstMatch } from './constant-time.js';
import { headerValue } from './header-value.js';
import { isRefused, refused } from './refused.js';

const NOBODYS = Buffer.alloc(0);

/** HTTP Basic (RFC 7617), user name and password compared as one. */
export function createBasicAuthenticator(settings: BasicSettings): Authenticator {
  const expected = settings.secrets.map((secret) =>
    secret === '' ? NOBODYS : digest(Buffer.from(`${settings.username}:${secret}`, 'utf8')),
  );
  const username = digest(Buffer.from(settings.username, 'utf8'));
  const usable = settings.secrets.some((secret) => secret !== '');
  return (request) => {
    const credentials = readCredentials(headerValue(request, 'authorization'));
    const bytes = isRefused(credentials) ? NOBODYS : credentials;
    const index = firstMatch(expected, [digest(bytes)]);
    const named = firstMatch([username], [digest(bytes.subarray(0, Math.max(bytes.indexOf(':'), 0)))]);
    if (isRefused(credentials)) return credentials;
    if (!usable) return refused('not_configured', 'this source has no usable secret');
    if (index !== undefined) return { ok: true, secretIndex: index };
    return named === undefined
      ? refused('wrong_secret', 'the user name is not the configured one')
      : refused('wrong_secret', 'the user name is right, the password is no live secret');
  };
}

function readCredentials(header: string | Refused): Buffer | Refused {
  if (isRefused(header)) return header;
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(header)?.[1];
  const bytes = encoded === undefined ? NOBODYS : Buffer.from(encoded, 'base64');
  return bytes.includes(':')
    ? bytes
    : refused('malformed', 'the authorization header is not Basic with a user name and a password');
}
