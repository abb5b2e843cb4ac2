import { randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { decodeKey, keyFingerprint } from '../model/encryption-key.js';
import { SealedError } from '../model/sealed-error.js';
import type { StorageSettings } from '../model/settings.js';
import { createXaes, NONCE_BYTES, type Xaes } from './xaes.js';

/**
 * Brotli's fastest: of the compressors that every supported Node.js has, it took the least time for real webhook bodies
 * of 5 to 30 KB (40 to 60 microseconds) and left 20 to 33 % of them, base64 included.
 */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
/** Most bodies that are compressed fit into one: in two they take half as long again. */
const CHUNK_BYTES = 32 * 1_024;
/** A body is at most 256 MiB; JSON may write a character with six. */
const MOST_BYTES = 6 * (256 << 20);

/** What is compressed, what is encrypted: `<how>.<id of the key>.<base64>`. */
const SEALED = /^(b|x|bx)\.([A-Za-z0-9_-]{0,32})\.([A-Za-z0-9+/]*={0,2})$/;

export interface Seal {
  /** Whether a text of so many characters may be stored as something other than itself. Cheap to ask. */
  isDue(length: number): boolean;
  /** Compressed and encrypted as the settings say, bound to `name`; `undefined` where the text stays as it is. */
  seal(text: string, name: string): string | undefined;
  /** Throws `SealedError`. */
  open(sealed: string, name: string): string;
}

/** The first key encrypts, every one decrypts: a new key goes in front, an old one stays until nothing needs it. */
interface Ring {
  readonly first: string | undefined;
  readonly keys: ReadonlyMap<string, Xaes>;
}

/** How payloads are stored, by the settings in force; asked at every call, so that a reload rotates the keys. */
export function createSeal(settings: () => StorageSettings): Seal {
  let of: StorageSettings | undefined;
  let ring: Ring = { first: undefined, keys: new Map() };
  const current = (): { readonly ring: Ring; readonly compressAbove: number } => {
    const now = settings();
    if (now !== of) {
      ring = ringOf(now);
      of = now;
    }
    return { ring, compressAbove: now.compressAbove };
  };

  return {
    isDue(length) {
      const { ring: keys, compressAbove } = current();
      return keys.first !== undefined || length >= compressAbove;
    },

    seal(text, name) {
      const { ring: keys, compressAbove } = current();
      const plain = Buffer.from(text);
      const packed = plain.length >= compressAbove ? brotliCompressSync(plain, QUALITY) : undefined;
      const compressed = packed !== undefined && packed.length < plain.length * 0.7 ? packed : undefined;
      const key = keys.first === undefined ? undefined : keys.keys.get(keys.first);
      if (key === undefined || keys.first === undefined)
        return compressed === undefined ? undefined : `b..${compressed.toString('base64')}`;
      const head = `${compressed === undefined ? 'x' : 'bx'}.${keys.first}.`;
      const nonce = randomBytes(NONCE_BYTES);
      const sealed = key.seal(nonce, compressed ?? plain, Buffer.from(head + name));
      return head + Buffer.concat([nonce, sealed]).toString('base64');
    },

    open(sealed, name) {
      const [, how = '', keyId = '', data] = SEALED.exec(sealed) ?? [];
      if (data === undefined) throw new SealedError('damaged', '');
      const bytes = Buffer.from(data, 'base64');
      const plain = how === 'b' ? bytes : decrypt(current().ring, bytes, { how, keyId, name });
      return how === 'x' ? plain.toString() : inflate(plain, keyId);
    },
  };
}

function decrypt(
  { keys }: Ring,
  bytes: Buffer,
  { how, keyId, name }: { readonly how: string; readonly keyId: string; readonly name: string },
): Buffer {
  const key = keys.get(keyId);
  if (key === undefined) throw new SealedError('unknown_key', keyId);
  const bound = Buffer.from(`${how}.${keyId}.${name}`);
  const plain = key.open(bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES), bound);
  if (plain === undefined) throw new SealedError('damaged', keyId);
  return plain;
}

function inflate(packed: Buffer, keyId: string): string {
  try {
    const options = { maxOutputLength: MOST_BYTES, chunkSize: CHUNK_BYTES };
    const text = brotliDecompressSync(packed, options).toString();
    // Nothing empty is kept; of what is no brotli a few in a hundred unpack, and all of them to nothing
    if (text !== '') return text;
  } catch {
    // Said below
  }
  throw new SealedError('damaged', keyId);
}

function ringOf({ encryption }: StorageSettings): Ring {
  const entries = encryption.keys.flatMap(({ id, key }): [string, Xaes][] => {
    const bytes = decodeKey(key);
    // Refused where the configuration is read
    if (bytes === undefined) throw new Error('a key for encryption is not 32 bytes');
    return [[id ?? keyFingerprint(bytes), createXaes(bytes)]];
  });
  return { first: entries[0]?.[0], keys: new Map(entries) };
}
