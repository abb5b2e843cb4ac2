const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1_024, MiB: 1_048_576 };

/** Milliseconds of `30s`, `15m`, `24h` …; the preset's schema has checked the spelling. */
export function durationMs(text: string): number {
  return measure(text, MS);
}

/** Bytes of `256KiB`, `1MiB` …; the preset's schema has checked the spelling. */
export function sizeBytes(text: string): number {
  return measure(text, BYTES);
}

function measure(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits = '', unit = ''] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}
