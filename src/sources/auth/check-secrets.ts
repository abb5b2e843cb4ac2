import type { HmacSettings, WrittenAuth } from '../../model/auth-settings.js';
import type { Report } from './auth-fault.js';
import { decodeLooseBase64, decodeSecret } from './decode-bytes.js';

/** All of them are tried for each request, so there cannot be many; a rotation takes two. */
const MAX_SECRETS = 10;
/** Standard Webhooks asks for 24 to 64 bytes of its senders; less than 16 no sender makes. */
const MIN_WHSEC_BYTES = 16;
const ED25519_KEY_BYTES = 32;

/** Says what is wrong with one secret, without saying the secret. */
export type CheckSecret = (secret: string) => string | undefined;

/** The secrets, each looked at; a mechanism that needs one never goes without. */
export function checkedSecrets(written: WrittenAuth, check: CheckSecret, report: Report): readonly string[] {
  const secrets = written.secrets ?? [];
  if (secrets.length === 0) report('/secrets', `${written.type} needs at least one secret`);
  if (secrets.length > MAX_SECRETS) report('/secrets', `at most ${MAX_SECRETS} secrets can be live at once`);
  secrets.forEach((secret, index) => {
    const fault = secret === '' ? 'this secret is empty' : check(secret);
    if (fault !== undefined) report(`/secrets/${index}`, fault);
  });
  return secrets;
}

/** The key of an HMAC must be valid in its encoding. */
export function checkKey(encoding: HmacSettings['secretEncoding']): CheckSecret {
  return (secret) => {
    const bytes = decodeSecret(secret, encoding);
    if (bytes === undefined) return `this secret is not valid as ${encoding}`;
    return encoding === 'whsec' && bytes.length < MIN_WHSEC_BYTES ? tooShort(bytes.length) : undefined;
  };
}

/** `whsec_…`, or its base64 alone, or the public key `whpk_…`. */
export function checkStandardWebhooksKey(secret: string): string | undefined {
  if (secret.startsWith('whsk_')) return 'this is the private key of the sender; whpk_… is expected';
  if (!secret.startsWith('whpk_')) return checkKey('whsec')(secret);
  return decodeLooseBase64(secret.slice('whpk_'.length))?.length === ED25519_KEY_BYTES
    ? undefined
    : `a whpk_ key holds ${ED25519_KEY_BYTES} bytes as base64`;
}

/** HTTP takes the white space around a header's value away, so such a token could never match. */
export function checkToken(token: string): string | undefined {
  if (token !== token.trim()) return 'this secret begins or ends with white space';
  return /\p{Cc}/u.test(token) ? 'this secret holds a control character' : undefined;
}

function tooShort(bytes: number): string {
  return `this secret holds ${bytes} bytes, at least ${MIN_WHSEC_BYTES} are needed`;
}
