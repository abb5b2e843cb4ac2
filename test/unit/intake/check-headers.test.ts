import { describe, expect, it } from 'vitest';
import { checkHeaders } from '../../../src/intake/check-headers.js';
import { Problem } from '../../../src/model/problem.js';
import { handMadeSource } from '../../support/hand-made-source.js';

const JSON_TYPE = { 'content-type': 'application/json' };

function verdict(headers: Record<string, string>, repeated: string[] = []): string {
  try {
    checkHeaders(handMadeSource({ maxBody: 1_000 }), { headers, repeatedHeaders: new Set(repeated) });
    return 'ok';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.status} ${error.code}`;
  }
}

describe('the headers of a request', () => {
  it.each<[string, Record<string, string>]>([
    ['JSON', JSON_TYPE],
    ['JSON with a suffix', { 'content-type': 'application/vnd.example.alert+json' }],
    ['capitals', { 'content-type': 'Application/JSON; Charset=UTF-8' }],
    ['a quoted charset', { 'content-type': 'application/json; charset="utf-8"' }],
    ['spaces around', { 'content-type': 'application/json ;  charset = utf8 ' }],
    ['another parameter', { 'content-type': 'application/json; boundary=x; charset=us-ascii' }],
    ['a parameter without a value', { 'content-type': 'application/json; charset' }],
    ['gzip', { ...JSON_TYPE, 'content-encoding': 'GZip' }],
    ['identity', { ...JSON_TYPE, 'content-encoding': 'identity' }],
    ['a body as large as allowed', { ...JSON_TYPE, 'content-length': '1000' }],
  ])('are good with %s', (_title, headers) => {
    expect(verdict(headers)).toBe('ok');
  });

  it.each<[string, string, Record<string, string>, string[]?]>([
    ['no type', '415 unsupported_media_type', {}],
    ['an empty type', '415 unsupported_media_type', { 'content-type': '' }],
    ['text', '415 unsupported_media_type', { 'content-type': 'text/plain' }],
    ['a longer type', '415 unsupported_media_type', { 'content-type': 'application/jsonp' }],
    ['two types in one', '415 unsupported_media_type', { 'content-type': 'application/json, text/plain' }],
    ['two type headers', '415 unsupported_media_type', JSON_TYPE, ['content-type']],
    ['UTF-16', '415 unsupported_media_type', { 'content-type': 'application/json; charset=utf-16le' }],
    ['an empty charset', '415 unsupported_media_type', { 'content-type': 'application/json; charset=' }],
    [
      'a second charset behind a good one',
      '415 unsupported_media_type',
      { 'content-type': 'application/json; charset=utf-8; charset=utf-16' },
    ],
    ['br', '415 unsupported_media_type', { ...JSON_TYPE, 'content-encoding': 'br' }],
    ['gzip twice', '415 unsupported_media_type', { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' }],
    ['one byte too many', '413 body_too_large', { ...JSON_TYPE, 'content-length': '1001' }],
    ['bytes without end', '413 body_too_large', { ...JSON_TYPE, 'content-length': '1000000000000000000' }],
  ])('are refused with %s: %s', (_title, expected, headers, repeated) => {
    expect(verdict(headers, repeated)).toBe(expected);
  });

  it('are read in no time, however they are written', () => {
    const spaces = ' '.repeat(15_000);
    const hostile = [
      `application/json; charset=${spaces}x y`,
      `application/json; charset${spaces}=${spaces}x`,
      `application/json${';'.repeat(15_000)}`,
      `application/${'*+json'.repeat(2_500)}`,
    ];
    const before = process.cpuUsage();
    for (const type of hostile) verdict({ 'content-type': type });
    // The square of 15,000 took 140 ms each
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(70);
  });
});
