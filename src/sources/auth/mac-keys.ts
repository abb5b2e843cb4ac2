import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { HmacSettings } from '../../model/auth-settings.js';
import { decodeSecret } from './decode-bytes.js';

/** One key for each secret, in their order. */
export interface MacKeys {
  readonly keys: readonly KeyObject[];
  /** False where no secret can be used: nothing will ever match. */
  readonly usable: boolean;
}

/** A secret that cannot be used gets a key that nobody knows: the work stays the same and nothing matches. */
export function createMacKeys(secrets: readonly string[], encoding: HmacSettings['secretEncoding']): MacKeys {
  const decoded = secrets.map((secret) => decodeSecret(secret, encoding));
  const keys = decoded.map((bytes) => createSecretKey(bytes ?? randomBytes(32)));
  return {
    keys: keys.length > 0 ? keys : [createSecretKey(randomBytes(32))],
    usable: decoded.some((bytes) => bytes !== undefined),
  };
}

/** What is signed, in pieces: a body is not copied for it. Texts count as UTF-8. */
export type Message = readonly (Buffer | string)[];

export function computeMac(algorithm: HmacSettings['algorithm'], key: KeyObject, message: Message): Buffer {
  const hmac = createHmac(algorithm, key);
  for (const piece of message) hmac.update(piece);
  return hmac.digest();
}
