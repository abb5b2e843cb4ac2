import type { KeyObject } from 'node:crypto';
import type { HmacSettings } from '../../model/auth-settings.js';
import type { Refused } from '../../model/source.js';
import { bodyVariants } from './body-variants.js';
import { createBudget } from './budget.js';
import { firstMatch } from './constant-time.js';
import { decodeLooseBase64, decodeSecret, decodeSignature } from './decode-bytes.js';
import { createMacKeys } from './mac-keys.js';
import { refused } from './refused.js';

/** Bytes each algorithm gives (FIPS 180-4). */
const MAC_BYTES = { sha1: 20, sha256: 32, sha512: 64 };
const MAX_BODY = 262_144;
/** Bytes a second that are looked into, each body counted with so many more: ten small ones or one of 256 KiB. */
const BYTES_PER_SECOND = 340_000;
const BYTES_PER_LOOK = 32_768;
const SECRET_ENCODINGS = ['text', 'base64', 'whsec', 'hex'] as const;

/** Signatures that matched nothing. */
export interface Mismatch {
  readonly texts: readonly string[];
  /** What the live secrets give for the request as it came. */
  readonly macs: readonly Buffer[];
  readonly keys: readonly KeyObject[];
  readonly body: Buffer;
  /** The MAC of the same request with this key and this body. */
  readonly sign: (key: KeyObject, body: Buffer) => Buffer;
}

type Scheme = Pick<HmacSettings, 'algorithm' | 'encoding' | 'secretEncoding' | 'secrets'>;

/**
 * Finds out, for the operator, why signatures matched nothing. It runs only once the request is refused, so its time
 * tells an attacker no more than the 401 does: all variants are tried whatever matched, in constant-time comparisons,
 * and to make one match takes the secret. It costs up to 50 ms for 256 KiB, so larger bodies are not looked
 * into, and neither is more than a little in each second.
 */
export function createDiagnosis(scheme: Scheme, now: () => number): (mismatch: Mismatch) => Refused {
  const affordable = createBudget(BYTES_PER_SECOND, 1_000, now);
  const others = otherReadings(scheme);
  return (mismatch) => {
    const shape = judgeShape(scheme, mismatch);
    if (shape !== undefined) return shape;
    const presented = mismatch.texts.map((text) => decodeSignature(text, scheme.encoding) ?? Buffer.alloc(0));
    if (mismatch.body.length > MAX_BODY || !affordable(mismatch.body.length + BYTES_PER_LOOK)) {
      return refused('wrong_secret', 'no live secret gives this signature (not looked into further)');
    }
    const misread = others.filter(
      ({ key }) => firstMatch([mismatch.sign(key, mismatch.body)], presented) !== undefined,
    )[0];
    const rewritten = bodyVariants(mismatch.body).filter(
      (body) =>
        firstMatch(
          mismatch.keys.map((key) => mismatch.sign(key, body)),
          presented,
        ) !== undefined,
    );
    if (misread !== undefined) {
      const detail = `the sender uses the secret as ${misread.encoding}, here it is read as ${scheme.secretEncoding}`;
      return refused('wrong_encoding', detail);
    }
    if (rewritten.length > 0) {
      const detail =
        'the signature is right for the same JSON written differently: something rewrote the body';
      return refused('reserialised_body', detail);
    }
    return refused('wrong_secret', 'no live secret gives this signature');
  };
}

/** The secrets as they would be in the encodings that are not configured, where that gives other bytes. */
function otherReadings(scheme: Scheme): { encoding: string; key: KeyObject }[] {
  return SECRET_ENCODINGS.flatMap((encoding) =>
    scheme.secrets.flatMap((secret) => {
      const bytes = decodeSecret(secret, encoding);
      const same = decodeSecret(secret, scheme.secretEncoding)?.equals(bytes ?? Buffer.alloc(0)) ?? false;
      return bytes === undefined || bytes.length === 0 || same
        ? []
        : createMacKeys([secret], encoding).keys.map((key) => ({ encoding, key }));
    }),
  );
}

/** Wrong in its form already: another encoding, another algorithm, or cut. */
function judgeShape({ encoding, algorithm }: Scheme, { texts, macs }: Mismatch): Refused | undefined {
  const other = encoding === 'hex' ? 'base64' : 'hex';
  const read = (decode: (text: string) => Buffer | undefined): Buffer[] =>
    texts.map((text) => decode(text) ?? Buffer.alloc(0));
  const asOther = firstMatch(
    macs,
    read((text) => decodeSignature(text, other)),
  );
  const asLoose = firstMatch(macs, read(decodeLooseBase64));
  if (asOther !== undefined)
    return refused('wrong_encoding', `the signature is ${other} where ${encoding} is expected`);
  if (asLoose !== undefined) {
    return refused('wrong_encoding', `the signature is base64url or unpadded where ${encoding} is expected`);
  }
  const lengths = read((text) => decodeSignature(text, encoding)).map((bytes) => bytes.length);
  const wanted = MAC_BYTES[algorithm];
  if (lengths.includes(wanted)) return undefined;
  const looksLike = (Object.keys(MAC_BYTES) as (keyof typeof MAC_BYTES)[]).find((name) =>
    lengths.includes(MAC_BYTES[name]),
  );
  if (looksLike !== undefined) {
    return refused(
      'wrong_algorithm',
      `the signature is as long as one of ${looksLike}, ${algorithm} is expected`,
    );
  }
  return lengths.some((length) => length > 0)
    ? refused('malformed', `the signature has ${lengths[0]} bytes, ${algorithm} gives ${wanted}`)
    : refused('malformed', `the signature is not ${encoding}`);
}
