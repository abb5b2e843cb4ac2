/**
 * Signatures by a private key (RFC 7518 §3.1, RFC 8037, RFC 9864). HMAC is not among them: with a published key as
 * its secret anybody could sign.
 */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
