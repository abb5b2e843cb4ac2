import { createCipheriv, createDecipheriv } from 'node:crypto';

export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;
const BLOCK = 16;
/** Of the nonce, what goes into the derived key; the rest is AES-GCM's own nonce. */
const DERIVES = 12;

export interface Xaes {
  /** Cipher text, then the tag. The nonce must be fresh; 24 random bytes are. */
  seal(nonce: Buffer, plain: Buffer, bound: Buffer): Buffer;
  /** `undefined` where it was sealed with another key, another nonce or bound to something else, or was changed. */
  open(nonce: Buffer, sealed: Buffer, bound: Buffer): Buffer | undefined;
}

/**
 * XAES-256-GCM (c2sp.org/XAES-256-GCM): AES-256-GCM under a key that is derived anew for every message. Plain AES-GCM
 * with random nonces is good for 2^32 messages under one key, which a busy bridge writes in weeks; this one for 2^80.
 */
export function createXaes(key: Buffer): Xaes {
  // ECB here is the block cipher itself, applied to single blocks: it never sees a payload
  const aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const masks = maskBlocks(aes.update(Buffer.alloc(BLOCK)));

  const derive = (nonce: Buffer): Buffer => {
    const blocks = Buffer.from(masks);
    for (let i = 0; i < DERIVES; i += 1) {
      const byte = nonce[i] ?? 0;
      blocks[4 + i] = (blocks[4 + i] ?? 0) ^ byte;
      blocks[BLOCK + 4 + i] = (blocks[BLOCK + 4 + i] ?? 0) ^ byte;
    }
    return aes.update(blocks);
  };

  return {
    seal(nonce, plain, bound) {
      const cipher = createCipheriv('aes-256-gcm', derive(nonce), nonce.subarray(DERIVES));
      cipher.setAAD(bound);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(nonce, sealed, bound) {
      if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return undefined;
      const end = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', derive(nonce), nonce.subarray(DERIVES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(bound);
      decipher.setAuthTag(sealed.subarray(end));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}

/** The two blocks of the derivation, `0x00 i X 0x00` and the nonce's place, already XORed with CMAC's subkey K1. */
function maskBlocks(zeroBlock: Buffer): Buffer {
  const subkey = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i += 1)
    subkey[i] = (((zeroBlock[i] ?? 0) << 1) | ((zeroBlock[i + 1] ?? 0) >> 7)) & 0xff;
  if (((zeroBlock[0] ?? 0) & 0x80) !== 0) subkey[BLOCK - 1] = (subkey[BLOCK - 1] ?? 0) ^ 0x87;
  return Buffer.concat(
    [1, 2].map((counter) => {
      const block = Buffer.from(subkey);
      block[1] = (block[1] ?? 0) ^ counter;
      block[2] = (block[2] ?? 0) ^ 0x58;
      return block;
    }),
  );
}
