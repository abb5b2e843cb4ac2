import type { AuthSettings } from '../../model/auth-settings.js';
import type { Authenticator } from '../../model/source.js';
import type { AuthDeps } from './auth-deps.js';
import { createBasicAuthenticator } from './basic.js';
import { createHmacAuthenticator } from './hmac.js';
import { createJwtAuthenticator } from './jwt.js';
import { createMtlsAuthenticator } from './mtls.js';
import { refused } from './refused.js';
import { createSnsAuthenticator } from './sns.js';
import { createStandardWebhooksAuthenticator } from './standard-webhooks.js';
import { createTokenAuthenticator } from './token.js';

export type { AuthDeps } from './auth-deps.js';

/**
 * The check of a source's sender, compiled once. Settings must have passed `completeAuth`; those that have not fail
 * closed: a secret that is empty or cannot be decoded matches nothing. Does not throw, and neither does what it makes.
 */
export function createAuthenticator(settings: AuthSettings, deps: AuthDeps): Authenticator {
  switch (settings.type) {
    case 'hmac':
      return createHmacAuthenticator(settings, deps);
    case 'token':
      return createTokenAuthenticator(settings);
    case 'basic':
      return createBasicAuthenticator(settings);
    case 'standard-webhooks':
      return createStandardWebhooksAuthenticator(settings, deps);
    case 'jwt':
      return createJwtAuthenticator(settings, deps);
    case 'mtls':
      return createMtlsAuthenticator(settings, deps);
    case 'sns':
      return createSnsAuthenticator(settings, deps);
    case 'none':
      return () => ({ ok: true, secretIndex: 0 });
    default:
      // Only settings that went round the types get here, and an unknown mechanism is no open door
      return () => refused('not_configured', 'this source has no mechanism that is known');
  }
}
