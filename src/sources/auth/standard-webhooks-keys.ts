import { createPublicKey, type KeyObject } from 'node:crypto';
import { decodeLooseBase64, decodeSecret } from './decode-bytes.js';

/** The secrets of a source by what they check, each with its index among them all. */
export interface StandardWebhooksKeys {
  /** `v1`: HMAC. */
  readonly shared: readonly { readonly index: number; readonly secret: string }[];
  /** `v1a`: ed25519. */
  readonly verifying: readonly IndexedKey[];
}

export interface IndexedKey {
  readonly index: number;
  readonly key: KeyObject;
}

/** What stands before the 32 bytes of an ed25519 key in DER (RFC 8410 §4). */
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex');

/** Sorts `whsec_…` from `whpk_…`. What cannot be decoded is left out; where nothing is left, nothing ever matches. */
export function readStandardWebhooksKeys(secrets: readonly string[]): StandardWebhooksKeys {
  const indexed = secrets.map((secret, index) => ({ secret, index }));
  return {
    shared: indexed.filter(
      ({ secret }) => !/^whs?p?k_/.test(secret) && decodeSecret(secret, 'whsec') !== undefined,
    ),
    verifying: indexed.flatMap(({ secret, index }) => {
      const raw = secret.startsWith('whpk_') ? decodeLooseBase64(secret.slice('whpk_'.length)) : undefined;
      if (raw?.length !== 32) return [];
      const der = Buffer.concat([ED25519_DER, raw]);
      return [{ index, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) }];
    }),
  };
}
