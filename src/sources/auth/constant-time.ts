import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The lowest index of `expected` that one of `presented` equals, or `undefined`. Every pair is compared whatever
 * matched before, so that the time tells nothing of which secret it was.
 */
export function firstMatch(expected: readonly Buffer[], presented: readonly Buffer[]): number | undefined {
  let found: number | undefined;
  for (let index = expected.length - 1; index >= 0; index -= 1) {
    const wanted = expected[index] ?? Buffer.alloc(0);
    for (const given of presented) if (sameBytes(wanted, given)) found = index;
  }
  return found;
}

/** Constant in time for all inputs of the length of `wanted`; a length is no secret. Empty bytes equal nothing. */
function sameBytes(wanted: Buffer, given: Buffer): boolean {
  const comparable = wanted.length === given.length;
  return timingSafeEqual(wanted, comparable ? given : wanted) && comparable && wanted.length > 0;
}

/** SHA-256: makes texts of any length comparable in constant time. */
export function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
