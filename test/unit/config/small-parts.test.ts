import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/config/format-faults.js';
import { nearestName } from '../../../src/config/nearest-name.js';
import { isLoopback, isNetworkRange } from '../../../src/config/network-range.js';
import { parseQuantity } from '../../../src/config/quantity.js';

describe('parseQuantity', () => {
  it.each([
    ['duration', '500ms', 500],
    ['duration', '30s', 30_000],
    ['duration', '15m', 900_000],
    ['duration', '72h', 259_200_000],
    ['duration', '7d', 604_800_000],
    ['duration', '30', undefined],
    ['duration', '1.5h', undefined],
    ['duration', '-1s', undefined],
    ['duration', 30, undefined],
    ['size', '1MiB', 1_048_576],
    ['size', '256KiB', 262_144],
    ['size', '10B', 10],
    ['size', '10', 10],
    ['size', 10, 10],
    ['size', 1.5, undefined],
    ['size', '1MB', undefined],
    ['rate', '50/s', 50],
    ['rate', '600/m', 10],
    ['rate', '36/h', 0.01],
    ['rate', '50', undefined],
    ['rate', null, undefined],
  ] as const)('%s %j is %j', (unit, written, value) => {
    const parsed = parseQuantity(unit, written);
    if (value === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toBeCloseTo(value, 9);
  });
});

describe('nearestName', () => {
  it.each([
    ['soures', ['targets', 'sources'], 'sources'],
    ['prot', ['host', 'port'], 'port'],
    ['maxBody', ['max_body', 'port'], 'max_body'],
    ['max-body', ['max_body'], 'max_body'],
    ['zebra', ['sources', 'targets'], undefined],
    ['', ['url'], undefined],
  ])('%j of %j is %j', (name, names, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });
});

describe('network ranges', () => {
  it.each([
    ['10.0.0.0/8', true],
    ['10.0.0.1', true],
    ['2001:db8::/32', true],
    ['::1', true],
    ['10.0.0.0/33', false],
    ['10.0.0.0/08', false],
    ['10.0.0.0/', false],
    ['10.0.0/8', false],
    ['1.2.3.4/8/9', false],
    ['::/129', false],
    ['host', false],
  ])('%s: %s', (text, ok) => {
    expect(isNetworkRange(text)).toBe(ok);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.evil.example.com', false],
  ])('%s is loopback: %s', (host, ok) => {
    expect(isLoopback(host)).toBe(ok);
  });
});

describe('formatFault', () => {
  it('leaves out what is not known, and obeys no control character', () => {
    expect(formatFault({ file: 'a', pointer: '', message: 'is empty' })).toBe('a: is empty');
    expect(formatFault({ file: 'a\u001b[2J', line: 3, pointer: '/x', message: 'no', hint: 'h' })).toBe(
      'a\\x1b[2J:3 /x: no (h)',
    );
  });
});
