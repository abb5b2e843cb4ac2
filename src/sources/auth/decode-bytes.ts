/**
 * The bytes of a signature as its sender must write it, or `undefined`: hex of either case, or base64 with its
 * padding. Anything looser would let a truncated text stand for the whole.
 */
export function decodeSignature(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * The key bytes of a secret as it is configured, or `undefined` where it is empty or not in that encoding.
 * `whsec`: base64 after an optional `whsec_` (Standard Webhooks).
 */
export function decodeSecret(
  secret: string,
  encoding: 'text' | 'base64' | 'whsec' | 'hex',
): Buffer | undefined {
  if (secret === '') return undefined;
  if (encoding === 'text') return Buffer.from(secret, 'utf8');
  if (encoding === 'hex') return decodeSignature(secret, 'hex');
  return decodeLooseBase64(encoding === 'whsec' ? secret.replace(/^whsec_/, '') : secret);
}

/** Both alphabets, padding or none: a secret is copied from somebody's page, not forged. */
export function decodeLooseBase64(text: string): Buffer | undefined {
  const digits = text.replace(/={1,2}$/, '');
  return /^[A-Za-z0-9+/_-]{2,}$/.test(digits) && digits.length % 4 !== 1
    ? Buffer.from(digits, 'base64')
    : undefined;
}
