import type { WrittenAuth } from '../model/auth-settings.js';
import type { Authenticator } from '../model/source.js';
import { completeAuth } from './auth/check-auth.js';
import { createAuthenticator, type AuthDeps } from './auth/create-authenticator.js';
import type { Preset } from './preset.js';
import type { SourceFault } from './source-fault.js';

/**
 * The check of a source's sender: the preset's mechanism with the operator's secrets. Where a sender may put the
 * same secret in several places, all are looked at every time, and the first that fits counts.
 */
export function compileAuth(
  written: WrittenAuth | undefined,
  preset: Preset,
  deps: AuthDeps,
): Authenticator | readonly SourceFault[] {
  const completed = completeSourceAuth(written, preset.auth);
  if (!('ok' in completed)) {
    return completed.map(({ pointer, message }) => ({ pointer: `/auth${pointer}`, message }));
  }
  const main = createAuthenticator(completed.settings, deps);
  const others = isPresetsOwn(written, preset.auth)
    ? preset.authAlso.flatMap((also) => alternative(written, also, deps))
    : [];
  return others.length === 0 ? main : anyOf([main, ...others]);
}

/** Where in the body the source's secret may stand. */
export function bodySecrets(written: WrittenAuth | undefined, preset: Preset): readonly string[] {
  const main = completeSourceAuth(written, preset.auth);
  const settings: readonly WrittenAuth[] = [
    ...('ok' in main && main.settings.type === 'token' ? [main.settings] : []),
    ...(isPresetsOwn(written, preset.auth) ? preset.authAlso : []),
  ];
  return settings.flatMap(({ in: where, name }) => (where === 'body' && name !== undefined ? [name] : []));
}

/** What the operator wrote, completed by the preset; or what is missing. */
export function completeSourceAuth(
  written: WrittenAuth | undefined,
  preset: WrittenAuth | undefined,
): ReturnType<typeof completeAuth> {
  return completeAuth(written, presetFor(written, preset));
}

/**
 * A token in another place has another name there, and one under another name has no scheme: what the preset says of
 * its own place does not carry over.
 */
function presetFor(
  written: WrittenAuth | undefined,
  preset: WrittenAuth | undefined,
): WrittenAuth | undefined {
  if (preset === undefined || written === undefined) return preset;
  const { name, scheme: _scheme, ...rest } = preset;
  if (written.in !== undefined && written.in !== preset.in) return rest;
  if (written.name === undefined || written.name.toLowerCase() === name?.toLowerCase()) return preset;
  return { ...rest, ...(name === undefined ? {} : { name }) };
}

/** Who says where the secret stands wants it there and nowhere else. */
function isPresetsOwn(written: WrittenAuth | undefined, preset: WrittenAuth | undefined): boolean {
  const { type, secrets: _secrets, username: _username, tolerance: _tolerance, ...shape } = written ?? {};
  return (
    (type === undefined || type === preset?.type) &&
    Object.values(shape).every((value) => value === undefined)
  );
}

/** The same secrets in another place; a secret that this mechanism cannot use is no fault, it just does not count here. */
function alternative(written: WrittenAuth | undefined, also: WrittenAuth, deps: AuthDeps): Authenticator[] {
  const completed = completeAuth({ secrets: written?.secrets ?? [] }, also);
  return 'ok' in completed ? [createAuthenticator(completed.settings, deps)] : [];
}

/** Refused: the first mechanism's reason, unless it found nothing and another one found something wrong. */
function anyOf(authenticators: readonly Authenticator[]): Authenticator {
  return async (request) => {
    const admissions = await Promise.all(authenticators.map(async (authenticate) => authenticate(request)));
    const admitted = admissions.find((admission) => admission.ok);
    const telling = admissions.find((admission) => !admission.ok && admission.cause !== 'missing');
    return (
      admitted ?? telling ?? admissions[0] ?? { ok: false, cause: 'not_configured', detail: 'no mechanism' }
    );
  };
}
