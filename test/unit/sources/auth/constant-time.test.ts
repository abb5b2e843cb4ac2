import { describe, expect, it } from 'vitest';
import { firstMatch } from '../../../../src/sources/auth/constant-time.js';

const bytes = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

describe('firstMatch', () => {
  it.each<[string, Buffer[], Buffer[], number | undefined]>([
    ['the first of two that match', bytes('x', 'a', 'b'), bytes('b', 'a'), 1],
    ['none', bytes('a'), bytes('b'), undefined],
    ['a shorter one', bytes('ab'), bytes('a'), undefined],
    ['a longer one', bytes('ab'), bytes('abc'), undefined],
    ['nothing for nothing', bytes(''), bytes(''), undefined],
    ['nobody expected', [], bytes('a'), undefined],
    ['nothing presented', bytes('a'), [], undefined],
  ])('%s', (_, expected, presented, index) => {
    expect(firstMatch(expected, presented)).toBe(index);
  });
});
