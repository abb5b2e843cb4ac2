import type { AuthSettings, WrittenAuth } from '../../model/auth-settings.js';
import type { AuthFault } from './auth-fault.js';
import { completeMechanism } from './complete-mechanism.js';

export type CompletedAuth = { readonly ok: true; readonly settings: AuthSettings } | AuthFault[];

/** What each mechanism takes: the rest would be silently without effect, so it is refused. */
const FIELDS: Readonly<Record<AuthSettings['type'], readonly (keyof WrittenAuth)[]>> = {
  hmac: [
    'algorithm',
    'encoding',
    'header',
    'format',
    'prefix',
    'signed',
    'idHeader',
    'timestamp',
    'secretEncoding',
    'secrets',
  ],
  token: ['in', 'name', 'scheme', 'secrets'],
  basic: ['username', 'secrets'],
  'standard-webhooks': ['secrets', 'headerPrefix', 'tolerance'],
  jwt: ['issuer', 'audience', 'jwksFile', 'jwksUrl', 'algorithms'],
  mtls: ['allowed', 'header'],
  sns: ['topics'],
  none: [],
};

/**
 * The authentication of a source: what the operator wrote over what the preset says, defaults filled in, or all
 * that is wrong with it. A `type` other than the preset's replaces the preset's whole. Only the source itself can say
 * `none`: a preset of that type leaves the question open. Pointers are relative to the source's `auth`.
 */
export function completeAuth(
  written: WrittenAuth | undefined,
  preset: WrittenAuth | undefined,
): CompletedAuth {
  const faults: AuthFault[] = [];
  const report = (pointer: string, message: string): void => {
    faults.push({ ok: false, message, pointer });
  };
  const merged = merge(written ?? {}, preset ?? {});
  const { type } = merged;
  if (type === undefined || (type === 'none' && written?.type !== 'none')) {
    report('', 'say how this sender is known: auth with a type, or auth: none to let everybody in');
    return faults;
  }
  for (const [field, value] of Object.entries(merged)) {
    if (value === undefined || field === 'type' || FIELDS[type].some((known) => known === field)) continue;
    report(`/${snakeCase(field)}`, `this does not belong to ${type}`);
  }
  const settings = completeMechanism(type, merged, report);
  return faults.length === 0 ? { ok: true, settings } : faults;
}

function merge(written: WrittenAuth, preset: WrittenAuth): WrittenAuth {
  if (written.type !== undefined && written.type !== preset.type) return written;
  const timestamp = { ...preset.timestamp, ...written.timestamp };
  return { ...preset, ...written, ...(Object.keys(timestamp).length === 0 ? {} : { timestamp }) };
}

function snakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
