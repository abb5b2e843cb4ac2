import { createHash } from 'node:crypto';

/** AES-256. */
const KEY_BYTES = 32;

/** A key as it is written, in base64 (also its URL form) or hex; `undefined` where it is not 32 bytes. */
export function decodeKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

/** What a key is called that was given no id: eight hex digits that tell it from others and nothing of itself. */
export function keyFingerprint(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
