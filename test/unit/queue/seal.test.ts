import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealedError } from '../../../src/model/sealed-error.js';
import type { StorageSettings } from '../../../src/model/settings.js';
import { createSeal } from '../../../src/queue/seal.js';
import { CLEAR, sealedBy, testKey } from '../../support/seals.js';

const OLD = { id: 'old', key: testKey(1) };
const NEW = { id: 'new', key: testKey(2) };
const LARGE = JSON.stringify({ text: 'a sentence that comes again and again. '.repeat(500) });

function sealOf(settings: StorageSettings) {
  return createSeal(() => settings);
}

function refusal(open: () => unknown): Pick<SealedError, 'code' | 'keyId'> {
  try {
    open();
  } catch (error) {
    if (error instanceof SealedError) return { code: error.code, keyId: error.keyId };
    throw error;
  }
  throw new Error('it was opened');
}

describe('the seal', () => {
  it('leaves texts as they are while it is off and they are small', () => {
    const seal = sealOf({ ...CLEAR, compressAbove: 4_096 });
    expect(seal.isDue(4_095)).toBe(false);
    expect(seal.seal('{"a":1}', 'e')).toBeUndefined();
  });

  it('compresses a large text, and only where that is worth it', () => {
    const seal = sealOf({ ...CLEAR, compressAbove: 4_096 });
    const sealed = seal.seal(LARGE, 'e') ?? '';
    expect(seal.isDue(LARGE.length)).toBe(true);
    expect(sealed.length).toBeLessThan(LARGE.length / 10);
    expect(seal.open(sealed, 'e')).toBe(LARGE);
    const random = Array.from({ length: 8_000 }, (_, i) => String.fromCodePoint(33 + ((i * i * 7_919) % 90)));
    const noise = [...random].sort(() => Math.random() - 0.5).join('');
    expect(seal.seal(noise, 'e')?.length ?? 0).toBeLessThan(noise.length);
  });

  it('gives back every text that it encrypted, to whom has the name, and shows nothing of it', () => {
    const seal = sealOf({ ...sealedBy(OLD), compressAbove: 600 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), fc.string(), (text, name) => {
        const sealed = seal.seal(text, name) ?? '';
        expect(sealed).toMatch(/^b?x\.old\.[A-Za-z0-9+/]+=*$/);
        if (text.length > 8) expect(Buffer.from(sealed, 'base64').includes(text)).toBe(false);
        expect(seal.open(sealed, name)).toBe(text);
        expect(refusal(() => seal.open(sealed, `${name}.`))).toEqual({ code: 'damaged', keyId: 'old' });
      }),
    );
  });

  it('never gives the same text twice', () => {
    const seal = sealOf(sealedBy(OLD));
    const all = new Set(Array.from({ length: 1_000 }, () => seal.seal('{"same":1}', 'e')));
    expect(all.size).toBe(1_000);
  });

  it('finds every changed character, and a head that says something else', () => {
    const seal = sealOf(sealedBy(OLD, NEW));
    const sealed = seal.seal('{"card":"4111"}', 'e') ?? '';
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
      // The last characters may hold bits that belong to no byte
      const same = Buffer.from(changed.slice(6), 'base64').equals(Buffer.from(sealed.slice(6), 'base64'));
      if (!same || i < 6) expect(() => seal.open(changed, 'e')).toThrow(SealedError);
    }
    for (const head of ['bx.old.', 'x.new.', 'b..', 'b.old.', '.old.', ''])
      expect(() => seal.open(sealed.replace('x.old.', head), 'e')).toThrow(SealedError);
    expect(() => seal.open('', 'e')).toThrow(SealedError);
  });

  it('rotates: a new key in front encrypts, the old one still opens, and without it nothing old does', () => {
    let settings = sealedBy(OLD);
    const seal = createSeal(() => settings);
    const old = seal.seal('{"n":1}', 'e') ?? '';
    settings = sealedBy(NEW, OLD);
    const fresh = seal.seal('{"n":2}', 'e') ?? '';
    expect(fresh).toMatch(/^x\.new\./);
    expect([seal.open(old, 'e'), seal.open(fresh, 'e')]).toEqual(['{"n":1}', '{"n":2}']);
    settings = sealedBy(NEW);
    expect(refusal(() => seal.open(old, 'e'))).toEqual({ code: 'unknown_key', keyId: 'old' });
    settings = CLEAR;
    expect(refusal(() => seal.open(fresh, 'e'))).toEqual({ code: 'unknown_key', keyId: 'new' });
    settings = sealedBy(OLD, NEW);
    expect([seal.open(old, 'e'), seal.open(fresh, 'e')]).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('tells another key under the same id from no key, and names neither key nor content', () => {
    const sealed = sealOf(sealedBy(OLD)).seal('{"canary":1}', 'e') ?? '';
    const other = sealOf(sealedBy({ id: 'old', key: testKey(9) }));
    expect(refusal(() => other.open(sealed, 'e'))).toEqual({ code: 'damaged', keyId: 'old' });
    const message = new SealedError('damaged', 'old').message + new SealedError('unknown_key', 'old').message;
    expect(message).not.toContain(testKey(9));
    expect(message).not.toContain('canary');
  });

  it('calls a key without an id by its fingerprint', () => {
    const seal = sealOf(sealedBy({ key: testKey(1) }));
    // First 8 hex digits of the SHA-256 of 32 bytes of 1, by `sha256sum`
    expect(seal.seal('{}', 'e')).toMatch(/^x\.72cd6e84\./);
  });

  it('is not brought down by what was compressed to blow up', () => {
    const seal = sealOf({ ...CLEAR, compressAbove: 10 });
    expect(() => seal.open('b..AAAA', 'e')).toThrow(SealedError);
    // The shortest stream of brotli, of an empty text
    expect(() => seal.open(`b..${Buffer.from([0x06]).toString('base64')}`, 'e')).toThrow(SealedError);
    expect(() => seal.open(`b..${Buffer.from('not brotli at all').toString('base64')}`, 'e')).toThrow(
      SealedError,
    );
  });
});
