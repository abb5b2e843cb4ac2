import { randomUUID } from 'node:crypto';
import type { AuthSettings } from '../model/auth-settings.js';
import type { Config } from '../model/settings.js';
import { CannotSign, signRequest, type SignedRequest } from '../sources/auth/sign-request.js';
import { completeSourceAuth } from '../sources/compile-auth.js';
import type { PresetLibrary } from '../sources/preset.js';
import { CliError, EXIT } from './exit-code.js';

/** How this source's sender proves itself. Throws a `CliError` where there is no such source or it cannot be told. */
export function senderAuth(config: Config, presets: PresetLibrary, name: string): AuthSettings {
  const settings = config.sources.find((source) => source.name === name);
  if (settings === undefined) {
    const names = config.sources.map((source) => source.name).join(', ');
    throw new CliError(`There is no source "${name}"; there are: ${names || 'none'}.`, EXIT.notFound);
  }
  const auth = completeSourceAuth(settings.auth, presets.get(settings.preset)?.auth);
  if ('ok' in auth) return auth.settings;
  throw new CliError(auth.map(({ message }) => message).join('\n'), EXIT.config);
}

/** The request as that sender would send it now, or one sentence that says why only the sender can. */
export function signAsSender(auth: AuthSettings, body: string): SignedRequest | string {
  try {
    return signRequest(auth, { body: Buffer.from(body), now: Date.now(), id: `msg_${randomUUID()}` });
  } catch (error) {
    if (error instanceof CannotSign) return error.message;
    throw error;
  }
}
