import { describe, expect, it } from 'vitest';
import { parseBody, parseText } from '../../../src/intake/parse-body.js';
import { Verified } from '../../../src/intake/verified.js';
import { Problem } from '../../../src/model/problem.js';
import type { BodyPart, Source } from '../../../src/model/source.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { rawRequest } from '../../support/raw-request.js';

async function parse(body: string | Buffer, over: Partial<Source> = {}): Promise<BodyPart> {
  const verified = await Verified.authenticate(handMadeSource(over), rawRequest(body));
  if (!(verified instanceof Verified)) throw new Error('not authentic');
  return parseBody(verified);
}

async function refusal(body: string | Buffer): Promise<string> {
  try {
    await parse(body);
    return 'ok';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.status} ${error.code}`;
  }
}

describe('parsing a body', () => {
  it('keeps the text as it came', async () => {
    const text = '{ "id" : "a\\u0062", "n": 1.50 }';
    expect(await parse(text)).toEqual({
      text,
      value: { id: 'ab', n: 1.5 },
      exact: { id: 'ab', n: 1.5 },
    });
  });

  it('gives conditions and mappings the digits a double would lose', async () => {
    const { value, exact } = await parse('{"id":9007199254740993}');
    expect(value).toEqual({ id: 9007199254740992 });
    expect(exact).toEqual({ id: '9007199254740993' });
  });

  it('parses what the source takes out of the request', async () => {
    const extract: Source['extract'] = (request) => request.body.toString('utf8').slice('payload='.length);
    expect((await parse('payload={"id":"1"}', { extract })).text).toBe('{"id":"1"}');
  });

  it('drops a byte order mark, and only the first', async () => {
    expect((await parse('\ufeff{"id":"1"}')).text).toBe('{"id":"1"}');
    expect(await refusal('\ufeff\ufeff{"id":"1"}')).toBe('400 invalid_json');
    expect(await refusal('\ufeff')).toBe('400 empty_body');
  });

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', '400 empty_body'],
    ['spaces', '  ', '400 empty_body'],
    ['a lone byte', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), '400 invalid_utf8'],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]), '400 invalid_utf8'],
    ['an encoded surrogate', Buffer.from([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d]), '400 invalid_utf8'],
    ['a cut character', Buffer.from('["é"]').subarray(0, 3), '400 invalid_utf8'],
    ['UTF-16', Buffer.from('{"id":"é"}', 'utf16le'), '400 invalid_utf8'],
    ['UTF-16 of plain letters', Buffer.from('{"id":"1"}', 'utf16le'), '400 invalid_json'],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), '400 too_deep'],
    ['a key twice', '{"id":"1","id":"2"}', '400 duplicate_key'],
  ])('refuses %s', async (_title, body, expected) => {
    expect(await refusal(body)).toBe(expected);
  });

  it('keeps the exact fault from the sender and for the operator', () => {
    expect(() => parseText('{"a":"\\ud800"}')).toThrow(
      expect.objectContaining({ details: { cause: 'a string holds half of a surrogate pair' } }),
    );
  });
});
