import { describe, expect, it } from 'vitest';
import { indentJson } from '../../../../src/ops/console/body-view.js';
import { listAddress, readFilters } from '../../../../src/ops/console/delivery-query.js';
import { bytes, count, duration, short } from '../../../../src/ops/console/format.js';
import { findPage } from '../../../../src/ops/console/match-page.js';
import type { Page } from '../../../../src/ops/console/page.js';
import { safePath } from '../../../../src/ops/console/send-page.js';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('count %d', (n, expected) => expect(count(n)).toBe(expected));
  it.each([
    [0, '0 ms'],
    [1_234, '1.2 s'],
    [59_400, '59 s'],
    [60_000, '1 m'],
    [200_000, '3 m 20 s'],
    [7_500_000, '2 h 5 m'],
    [90_000_000, '1 d 1 h'],
  ])('duration %d', (ms, expected) => expect(duration(ms)).toBe(expected));
  it.each([
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [1_400_000, '1.4 MB'],
  ])('bytes %d', (n, expected) => expect(bytes(n)).toBe(expected));
  it('says the largest unit only', () => expect(short(3_700_000)).toBe('1 h'));
});

describe('safePath', () => {
  it.each(['/', '/deliveries?state=dead', '/deliveries/dlv_1#actions'])('goes to %s', (path) =>
    expect(safePath(path)).toBe(path),
  );
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:1',
    '',
    '/a b',
    '/a\r\nx',
  ])('stays at home for %j', (path) => expect(safePath(path)).toBe('/'));
});

describe('indentJson', () => {
  it('lays out without touching a digit', () => {
    const text = '{"n":12345678901234567890.10,"s":"a{,}\\"b","e":[],"o":{},"l":[1,{"x":null}]}';
    expect(indentJson(text)).toBe(
      '{\n  "n": 12345678901234567890.10,\n  "s": "a{,}\\"b",\n  "e": [],\n  "o": {},\n  "l": [\n    1,\n    {\n      "x": null\n    }\n  ]\n}',
    );
  });
  it('leaves what is not JSON as it is', () => expect(indentJson('{"a":')).toBe('{"a":'));
});

describe('the address of the list', () => {
  it('comes back as it was read, without empty fields and without the cursor', () => {
    const filters = readFilters(
      new URLSearchParams('source=a&text=&state=dead&cursor=x&body_field=a.b%3Dc&other=1'),
    );
    expect([...filters]).toEqual([
      ['source', 'a'],
      ['state', 'dead'],
      ['body_field', 'a.b=c'],
    ]);
    expect(listAddress(filters, { state: undefined })).toBe('/deliveries?source=a&body_field=a.b%3Dc');
    expect(listAddress(new Map())).toBe('/deliveries');
  });
  it('takes a time of a form for UTC', () => {
    expect(readFilters(new URLSearchParams('from=2026-11-24T21:00')).get('from')).toBe('2026-11-24T21:00Z');
  });
});

describe('findPage', () => {
  const page = (path: string, method: Page['method'] = 'GET'): Page => ({
    method,
    path,
    handler: () => ({ redirect: '/' }),
  });
  const pages = [
    page('/'),
    page('/deliveries/selected', 'POST'),
    page('/deliveries/:id'),
    page('/sources/:name/try'),
  ];
  it.each([
    ['GET', '/', '/', {}],
    ['GET', '/deliveries/dlv_1', '/deliveries/:id', { id: 'dlv_1' }],
    ['GET', '/sources/a%2Fb/try', '/sources/:name/try', { name: 'a/b' }],
  ])('%s %s', (method, path, expected, params) => {
    const found = findPage(pages, method, path);
    expect(found?.page.path).toBe(expected);
    expect(found?.params).toEqual(params);
  });
  it.each([
    ['POST', '/'],
    ['GET', '/deliveries/'],
    ['GET', '/deliveries/a/b'],
    ['GET', '/deliveries/%zz'],
  ])('nothing for %s %s', (method, path) => expect(findPage(pages, method, path)).toBeUndefined());
});
