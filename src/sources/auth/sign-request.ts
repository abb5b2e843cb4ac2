import { isJsonObject } from '../../model/json.js';
import type {
  AuthSettings,
  BasicSettings,
  HmacSettings,
  StandardWebhooksSettings,
  TokenSettings,
} from '../../model/auth-settings.js';
import { readJson } from './body-field.js';
import { CannotSign } from './cannot-sign.js';
import { decodeSecret } from './decode-bytes.js';
import { computeMac, createMacKeys } from './mac-keys.js';
import { setBodyField } from './set-body-field.js';
import { signHmac } from './sign-hmac.js';
import { writeTimestamp } from './timestamp.js';

export { CannotSign } from './cannot-sign.js';

export interface SignInput {
  readonly body: Buffer;
  /** Unix milliseconds. */
  readonly now: number;
  /** The sender's id of this delivery. */
  readonly id: string;
  /** In place of the first configured secret. */
  readonly secret?: string;
}

/** What the sender would send; `body` differs from what was given where the mechanism writes into it. */
export interface SignedRequest {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  readonly pathToken?: string;
  readonly body: Buffer;
}

/**
 * A request as that sender would authenticate it. Throws `CannotSign` for mechanisms with a private key that only
 * the sender has (sns, jwt, mtls, `whpk_` secrets), and where there is no secret that can be used.
 */
export function signRequest(settings: AuthSettings, input: SignInput): SignedRequest {
  const { body } = input;
  const plain = { headers: {}, query: {}, body };
  if (settings.type === 'none') return plain;
  if (settings.type === 'sns' || settings.type === 'jwt' || settings.type === 'mtls') {
    throw new CannotSign(`a request with ${settings.type} can only be signed by its sender`);
  }
  const secret = input.secret ?? settings.secrets.find((each) => !each.startsWith('whpk_'));
  if (secret === undefined || decodeSecret(secret, encodingOf(settings)) === undefined) {
    throw new CannotSign('there is no usable secret to sign with');
  }
  if (settings.type === 'hmac') return { ...plain, ...signHmac(settings, secret, input) };
  if (settings.type === 'token') return { ...plain, ...placeToken(settings, secret, body) };
  const headers =
    settings.type === 'basic' ? basicHeader(settings, secret) : webhookHeaders(settings, secret, input);
  return { ...plain, headers };
}

function encodingOf(settings: AuthSettings): HmacSettings['secretEncoding'] {
  if (settings.type === 'hmac') return settings.secretEncoding;
  return settings.type === 'standard-webhooks' ? 'whsec' : 'text';
}

function placeToken(
  { in: place, name, scheme }: TokenSettings,
  secret: string,
  body: Buffer,
): Partial<SignedRequest> {
  switch (place) {
    case 'header': {
      // Node writes a header as Latin-1: each character is one byte of the UTF-8 that is meant
      const bytes = Buffer.from(secret, 'utf8').toString('latin1');
      return { headers: { [name]: scheme === undefined ? bytes : `${scheme} ${bytes}` } };
    }
    case 'query':
      return { query: { [name]: secret } };
    case 'path':
      return { pathToken: secret };
    default:
      return { body: withToken(body, name, secret) };
  }
}

/** A body that is no JSON object is a form. */
function withToken(body: Buffer, name: string, secret: string): Buffer {
  const text = body.toString('utf8');
  if (isJsonObject(readJson(body))) return Buffer.from(setBodyField(text, name, secret), 'utf8');
  const form = new URLSearchParams(text);
  form.set(name, secret);
  return Buffer.from(form.toString(), 'utf8');
}

function basicHeader({ username }: BasicSettings, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}` };
}

function webhookHeaders(
  { headerPrefix }: StandardWebhooksSettings,
  secret: string,
  { body, now, id }: SignInput,
): Record<string, string> {
  const timestamp = writeTimestamp(now, 'unix-s');
  const [mac] = createMacKeys([secret], 'whsec').keys.map((key) =>
    computeMac('sha256', key, [`${id}.${timestamp}.`, body]).toString('base64'),
  );
  return {
    [`${headerPrefix}-id`]: id,
    [`${headerPrefix}-timestamp`]: timestamp,
    [`${headerPrefix}-signature`]: `v1,${mac}`,
  };
}
