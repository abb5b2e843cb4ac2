import { describe, expect, it } from 'vitest';
import { createXaes } from '../../../src/queue/xaes.js';

const NONCE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
const PLAIN = Buffer.from('XAES-256-GCM');

/** The vectors of c2sp.org/XAES-256-GCM: one for each branch of the subkey. */
const VECTORS = [
  { key: 1, bound: '', sealed: 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271' },
  {
    key: 3,
    bound: 'c2sp.org/XAES-256-GCM',
    sealed: '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
  },
] as const;

describe('XAES-256-GCM', () => {
  it.each(VECTORS)('seals and opens the vector of key $key', ({ key, bound, sealed }) => {
    const xaes = createXaes(Buffer.alloc(32, key));
    const to = Buffer.from(bound);
    expect(xaes.seal(NONCE, PLAIN, to).toString('hex')).toBe(sealed);
    expect(xaes.open(NONCE, Buffer.from(sealed, 'hex'), to)).toEqual(PLAIN);
    // The derivation leaves nothing behind in the cipher that it uses again and again
    expect(xaes.seal(NONCE, PLAIN, to).toString('hex')).toBe(sealed);
  });

  it('opens nothing that was changed in any bit, cut, bound to something else or sealed with another key', () => {
    const xaes = createXaes(Buffer.alloc(32, 1));
    const to = Buffer.from('name');
    const sealed = xaes.seal(NONCE, PLAIN, to);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(xaes.open(NONCE, changed, to)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(xaes.open(NONCE, sealed.subarray(0, length), to)).toBeUndefined();
    for (let bit = 0; bit < NONCE.length * 8; bit += 1) {
      const other = Buffer.from(NONCE);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(xaes.open(other, sealed, to)).toBeUndefined();
    }
    expect(xaes.open(NONCE.subarray(1), sealed, to)).toBeUndefined();
    expect(xaes.open(NONCE, sealed, Buffer.from('nam'))).toBeUndefined();
    expect(createXaes(Buffer.alloc(32, 2)).open(NONCE, sealed, to)).toBeUndefined();
    expect(xaes.open(NONCE, sealed, to)).toEqual(PLAIN);
  });
});
