import { createSeal, type Seal } from '../../src/queue/seal.js';
import type { StorageSettings } from '../../src/model/settings.js';

/** Everything in clear text, at any size. */
export const CLEAR: StorageSettings = {
  compressAbove: Number.MAX_SAFE_INTEGER,
  encryption: { keys: [] },
};
export const NO_SEAL: Seal = createSeal(() => CLEAR);

/** A key that is told from another by its number. */
export function testKey(number: number): string {
  return Buffer.alloc(32, number).toString('base64');
}

/** Encrypts with the first of these keys. */
export function sealedBy(...keys: StorageSettings['encryption']['keys']): StorageSettings {
  return { ...CLEAR, encryption: { keys } };
}
