import type { Unit } from './shapes.js';

const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  duration: { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
  size: { '': 1, B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 },
  rate: { '/s': 1, '/m': 1 / 60, '/h': 1 / 3_600 },
};

/** The patterns of JSON Schema, and what they are in words. */
export const QUANTITIES: Readonly<Record<Unit, { readonly pattern: string; readonly says: string }>> = {
  duration: { pattern: '^[0-9]{1,12}(ms|s|m|h|d)$', says: 'a duration such as 500ms, 30s, 15m or 7d' },
  size: {
    pattern: '^[0-9]{1,15}(B|KiB|MiB|GiB)?$',
    says: 'a size such as 256KiB, 1MiB or a number of bytes',
  },
  rate: { pattern: '^[0-9]{1,9}/[smh]$', says: 'a rate such as 50/s or 600/m' },
};

/** Milliseconds, bytes or calls per second; `undefined` for what is not written as `QUANTITIES` has it. */
export function parseQuantity(unit: Unit, written: unknown): number | undefined {
  const text = typeof written === 'number' && unit === 'size' ? String(written) : written;
  if (typeof text !== 'string' || !new RegExp(QUANTITIES[unit].pattern).test(text)) return undefined;
  const digits = /^[0-9]+/.exec(text)?.[0] ?? '';
  const factor = FACTORS[unit][text.slice(digits.length)];
  return factor === undefined ? undefined : Number(digits) * factor;
}
