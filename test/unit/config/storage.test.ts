import { describe, expect, it } from 'vitest';
import { testKey } from '../../support/seals.js';
import { config, faults, good, warnings } from './load.js';

const [ONE, TWO] = [testKey(1), testKey(2)];
const keys = (...written: string[]): string =>
  `storage: { encryption: { keys: [${written.map((key) => `{ ${key} }`).join(', ')}] } }\n`;

describe('storage', () => {
  it('is switched on by one variable', () => {
    const given = { env: { BRIDGE_STORAGE_ENCRYPTION_KEYS_0_KEY: ONE } };
    expect(config('log: {}\n', given).storage.encryption.keys).toEqual([{ key: ONE }]);
    expect(warnings('log: {}\n', given)).toEqual([]);
  });

  it('takes keys in base64, in its URL form and in hex, from the environment and from files', () => {
    const hex = Buffer.from(ONE, 'base64').toString('hex');
    const url = Buffer.alloc(32, 0xfb).toString('base64url');
    const given = { env: { A: hex, B: url }, files: { '/run/secrets/key': `${TWO}\n` } };
    const text = keys('id: new, key: "${env:A}"', 'key: "${file:/run/secrets/key}"', 'key: "${env:B}"');
    expect(config(text, given).storage.encryption.keys).toEqual([
      { id: 'new', key: hex },
      { key: TWO },
      { key: url },
    ]);
  });

  it('never shows a key', () => {
    const given = { env: { A: ONE, B: 'canary-that-is-no-key' } };
    const loaded = good(keys('id: k1, key: "${env:A}"'), given);
    expect(JSON.stringify(loaded.effective)).toContain('"k1"');
    expect(JSON.stringify(loaded.effective)).not.toContain(ONE);
    const found = faults(keys('key: "${env:B}"'), given);
    expect(found).toHaveLength(1);
    expect(found.join()).not.toContain('canary');
    expect(warnings(keys(`key: "${ONE}"`)).join()).toMatch(/is a secret written into the file/);
  });

  it.each([
    [
      'key: short',
      'keys/0/key: must be 32 bytes in base64 or hex; `openssl rand -base64 32` makes such a key',
    ],
    [
      `key: "${ONE.slice(1)}"`,
      'keys/0/key: must be 32 bytes in base64 or hex; `openssl rand -base64 32` makes',
    ],
    ['id: k1', 'keys/0: needs "key"'],
    [`id: "a b", key: "${ONE}"`, 'keys/0/id: must be at most 32 letters, digits, _ and -'],
  ])('refuses { %s }', (written, fault) => {
    expect(faults(keys(written)).join('\n')).toContain(`/storage/encryption/${fault}`);
  });

  it('refuses two keys of one id, and one key twice', () => {
    const same = '/storage/encryption/keys/1: is the same as key 0, by its id or by the key itself';
    expect(faults(keys(`id: a, key: "${ONE}"`, `id: a, key: "${TWO}"`))[0]).toContain(same);
    expect(faults(keys(`id: a, key: "${ONE}"`, `id: b, key: "${ONE}"`))[0]).toContain(same);
    expect(faults(keys(`key: "${ONE}"`, `key: "${ONE}"`))).toHaveLength(1);
    expect(faults(keys(`id: a, key: "${ONE}"`, `id: b, key: "${TWO}"`))).toEqual([]);
  });

  it('takes a size above which payloads are compressed', () => {
    expect(config('storage: { compress_above: 16KiB }\n').storage.compressAbove).toBe(16_384);
    expect(faults('storage: { compress_above: 1 }\n').join()).toContain('must be from 512 to 256MiB');
  });
});
