import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAddressList, isAddressRange } from '../../../src/sources/address-list.js';
import { pathKeys, valueAt } from '../../../src/sources/json-path.js';
import { commonSeverity } from '../../../src/sources/severity.js';
import { toTime } from '../../../src/sources/to-time.js';
import { durationMs, sizeBytes } from '../../../src/sources/units.js';

describe('toTime', () => {
  it.each([
    [1767225600, '2026-01-01T00:00:00.000Z'],
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['1767225600.250', '2026-01-01T00:00:00.250Z'],
    [1767225600123, '2026-01-01T00:00:00.123Z'],
    ['1767225600123456', '2026-01-01T00:00:00.123Z'],
    ['1767225600123456789', '2026-01-01T00:00:00.123Z'],
    // Windows FILETIME: 100 ns since 1601
    ['134116992000000000', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.999999999Z', '2026-01-01T00:00:00.999Z'],
    ['2026-01-01T02:00:00.5+02:00', '2026-01-01T00:00:00.500Z'],
    ['2025-12-31T18:00:00.000-0600', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01 00:00:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01 00:00:00 UTC', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01', '2026-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', undefined],
    ['2026-02-30T00:00:00Z', undefined],
    ['2026-01-01T25:00:00Z', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [0, undefined],
    [-5, undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
    [Number.NaN, undefined],
    ['1e400', undefined],
  ])('%j is %s', (value, expected) => {
    expect(toTime(value)).toBe(expected);
  });

  it('gives RFC 3339 or nothing, and does not change what it gave', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double(), fc.bigInt().map(String), fc.date().map(String)),
        (value) => {
          const time = toTime(value);
          if (time === undefined) return;
          expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
          expect(toTime(time)).toBe(time);
        },
      ),
    );
  });
});

describe('commonSeverity', () => {
  const table = { critical: ['fatal', '12..'], high: ['Major', '7..11'], low: ['3', '..2'], info: ['low'] };
  it.each([
    ['FATAL', 'critical'],
    [' major ', 'high'],
    [12, 'critical'],
    ['15', 'critical'],
    [11, 'high'],
    [7.5, 'high'],
    [3, 'low'],
    ['3.0', 'low'],
    [-1, 'low'],
    [5, 'unknown'],
    // An entry of the table comes before the common word
    ['low', 'info'],
    ['medium', 'medium'],
    ['weird', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
    [{}, 'unknown'],
    ['toString', 'unknown'],
    ['__proto__', 'unknown'],
  ])('%j is %s', (value, expected) => {
    expect(commonSeverity(value, table)).toBe(expected);
  });
});

describe('valueAt', () => {
  it('reads own members and places, whatever they are called', () => {
    const value: unknown = JSON.parse('{"a":{"b.c":[{"toString":1}],"__proto__":{"x":2}}}');
    const at = (path: string): unknown => valueAt(value as Parameters<typeof valueAt>[0], pathKeys(path));
    expect(at('a.b\\.c.0.toString')).toBe(1);
    expect(at('a.__proto__.x')).toBe(2);
    expect(at('a.constructor')).toBeUndefined();
    expect(at('toString')).toBeUndefined();
    expect(at('a.b\\.c.length.x')).toBeUndefined();
  });
});

describe('units', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['4d', 345_600_000],
  ])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));
  it.each([
    ['12B', 12],
    ['256KiB', 262_144],
    ['4MiB', 4_194_304],
  ])('%s is %d bytes', (text, bytes) => expect(sizeBytes(text)).toBe(bytes));
});

describe('compileAddressList', () => {
  const allowed = compileAddressList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['', false],
    ['nonsense', false],
  ])('%s: %s', (address, expected) => expect(allowed(address)).toBe(expected));

  it('lets everybody in without a list', () => expect(compileAddressList([])('203.0.113.9')).toBe(true));

  it.each([
    ['10.0.0.0/33', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0/8', false],
    ['::/129', false],
    ['::1/128', true],
  ])('knows a range: %s %s', (range, expected) => expect(isAddressRange(range)).toBe(expected));
});
