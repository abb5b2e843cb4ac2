import { expectNoSecret } from '../finding.mjs';

const SEEDS = ['throw', 'tell', 'pollute', 'wait'];

/** Breaks every property, to see that the fuzzer would tell. Not among those that are run by themselves. */
export const target = {
  name: 'broken',
  words: [],
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  async run(input) {
    const text = input.toString('latin1');
    if (text === 'throw') throw new TypeError('an input brought it down');
    if (text === 'tell') expectNoSecret(['tell'], { said: text });
    if (text === 'wait') for (const end = performance.now() + 1_100; performance.now() < end;);
    if (text === 'pollute') {
      // oxlint-disable-next-line no-extend-native
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
    }
  },
};
