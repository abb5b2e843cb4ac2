import { gzipSync } from 'node:zlib';
import type { Attack } from './attack.js';
import { freshBody, JSON_TYPE, signed, typed } from './requests.js';

const GOOD = '{"id":"body"}';

const refused = (
  id: string,
  title: string,
  status: number,
  code: string,
  input: Attack['input'],
): Attack => ({
  id,
  title,
  input,
  expect: { statuses: [status], code },
});
const bad = (id: string, title: string, body: string | Buffer, code = 'invalid_json'): Attack =>
  refused(id, title, 400, code, () => signed(body));
const mismatch = (id: string, title: string, body: string): Attack =>
  refused(id, title, 422, 'schema_mismatch', () => signed(body));
const unsupported = (id: string, title: string, headers: readonly string[], body = GOOD): Attack =>
  refused(id, title, 415, 'unsupported_media_type', () => typed(body, headers));
const kept = (id: string, title: string, body: string): Attack => ({
  id,
  title,
  input: () => signed(body),
  expect: { statuses: [202] },
  stored: 1,
  bodies: [body],
});
const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + '1' + close.repeat(levels);

/** J: bodies and JSON. What needs a preset's own schema or mapping (J-20, J-25) is tested with the presets. */
export const BODY_ATTACKS: readonly Attack[] = [
  bad('J-1', 'an empty body', '', 'empty_body'),
  bad('J-1', 'spaces', ' \r\n ', 'empty_body'),
  bad('J-2', 'a truncated body', '{"id":"1"'),
  bad('J-2', 'garbage behind', '{"id":"1"}x'),
  bad('J-2', 'NaN', '{"id":"1","n":NaN}'),
  bad('J-2', 'a comment', '{"id":"1"/*x*/}'),
  bad('J-2', 'single quotes', "{'id':'1'}"),
  ...['1', '"x"', 'null', 'true'].map((body) => bad('J-3', `a bare ${body}`, body)),
  mismatch('J-4', 'an array for an object', '[{"id":"1"}]'),
  mismatch('J-4', 'an empty array', '[]'),
  refused('J-5', 'one byte too many', 413, 'body_too_large', () =>
    signed(`{"id":"${'x'.repeat(256 * 1_024 + 1 - 9)}"}`),
  ),
  refused('J-6', 'a gzip bomb of 100 MB', 413, 'body_too_large', () =>
    typed(gzipSync(Buffer.alloc(100_000_000)), [JSON_TYPE, 'Content-Encoding: gzip']),
  ),
  unsupported('J-6', 'gzip in gzip', [JSON_TYPE, 'Content-Encoding: gzip, gzip']),
  unsupported('J-6', 'gzip twice', [JSON_TYPE, 'Content-Encoding: gzip', 'Content-Encoding: gzip']),
  refused('J-7', 'plain text as gzip', 400, 'bad_request', () =>
    typed(GOOD, [JSON_TYPE, 'Content-Encoding: gzip']),
  ),
  refused('J-7', 'truncated gzip', 400, 'bad_request', () =>
    typed(gzipSync(GOOD).subarray(0, -5), [JSON_TYPE, 'Content-Encoding: gzip'], GOOD),
  ),
  ...['lzma', 'br', 'deflate', 'zstd', '*'].map((coding) =>
    unsupported('J-8', `the coding ${coding}`, [JSON_TYPE, `Content-Encoding: ${coding}`]),
  ),
  ...[100, 5_000, 100_000].map((levels) =>
    bad('J-9', `${levels} arrays`, nested('[', ']', levels), 'too_deep'),
  ),
  ...[100, 5_000, 40_000].map((levels) =>
    bad('J-9', `${levels} objects`, nested('{"a":', '}', levels), 'too_deep'),
  ),
  refused('J-10', '200,000 keys', 413, 'body_too_large', () =>
    signed(`{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":1`).join(',')}}`),
  ),
  refused('J-10', 'a text of 10 MB', 413, 'body_too_large', () =>
    signed(`{"id":"${'x'.repeat(10_000_000)}"}`),
  ),
  refused('J-10', 'a list of a million', 413, 'body_too_large', () => signed(`[${'1,'.repeat(999_999)}1]`)),
  mismatch('J-10', 'a list of 100,000', `[${'1,'.repeat(99_999)}1]`),
  mismatch('J-10', '20,000 keys', `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join(',')}}`),
  {
    ...kept('J-10', 'a number of 200,000 digits', `{"id":"digits","n":1${'0'.repeat(200_000)}1}`),
    untyped: true,
  },
  bad('J-11', 'a key twice', '{"id":"1","id":"2"}', 'duplicate_key'),
  bad('J-11', 'a key twice, spelt differently', '{"id":"1","\\u0069d":"2"}', 'duplicate_key'),
  kept('J-11', 'keys that differ in case', '{"id":"case","Id":"2","ID":"3"}'),
  kept('J-12', '__proto__', '{"id":"p1","__proto__":{"polluted":true}}'),
  kept('J-12', 'constructor', '{"id":"p2","x":{"constructor":{"prototype":{"polluted":true}}}}'),
  kept('J-12', 'members of every object', '{"id":"p3","toString":1,"hasOwnProperty":2}'),
  mismatch('J-12', 'the id inside __proto__', '{"__proto__":{"id":"1"}}'),
  unsupported('J-13', 'no type', []),
  ...['text/plain', 'application/xml', 'application/jsonp', 'application/json+', 'json', '*/*'].map((type) =>
    unsupported('J-14', type, [`Content-Type: ${type}`]),
  ),
  unsupported('J-15', 'a form with files', ['Content-Type: multipart/form-data; boundary=x']),
  unsupported(
    'J-16',
    'a form of 10,000 fields',
    ['Content-Type: application/x-www-form-urlencoded'],
    Array.from({ length: 10_000 }, (_, i) => `a[${i}]=1`).join('&'),
  ),
  unsupported('J-17', 'UTF-16', ['Content-Type: application/json; charset=utf-16le']),
  unsupported('J-17', 'an unknown charset', ['Content-Type: application/json; charset=evil']),
  unsupported('J-17', 'two types', [JSON_TYPE, 'Content-Type: text/plain']),
  unsupported('J-17', 'a type that takes long to read', [
    `Content-Type: application/json; charset=${' '.repeat(15_000)}x y`,
  ]),
  bad('J-18', 'a byte that is not UTF-8', Buffer.from('7b226964223a22ff227d', 'hex'), 'invalid_utf8'),
  bad('J-18', 'an overlong form', Buffer.from('7b226964223a22c0af227d', 'hex'), 'invalid_utf8'),
  bad('J-18', 'half of a surrogate pair', '{"id":"\\ud800"}'),
  {
    id: 'J-18',
    title: 'a byte order mark',
    input: () => signed('\ufeff{"id":"bom"}'),
    expect: { statuses: [202] },
    stored: 1,
    bodies: ['{"id":"bom"}'],
  },
  ...['9007199254740993', '-0', '0.1000000000000000000000000000000000001'].map((n) =>
    kept('J-19', `the number ${n}`, `{"id":"n${n}","n":${n}}`),
  ),
  { ...kept('J-19', 'the number 1e400', '{"id":"n1e400","n":1e400}'), untyped: true },
  kept('J-21', 'odd characters', '{"id":"\\u0000\u202e\\u001b[2J\u{1f600}\\r\\n"}'),
  ...[
    '<script>alert(1)</script>',
    'javascript:alert(1)',
    '{{7*7}}',
    '${jndi:ldap://x}',
    "=cmd|' /C calc'!A0",
  ].map((text) => kept('J-22', text, JSON.stringify({ id: text }))),
  kept('J-23', '$ref and its kin', '{"id":"ref","$ref":"file:///etc/passwd","$schema":"http://x","$id":"y"}'),
  mismatch('J-24', 'a number for a string', '{"id":1}'),
  mismatch('J-24', 'a string for a number', '{"id":"1","n":"1"}'),
  mismatch('J-24', 'nothing that is required', '{}'),
  {
    id: 'J-26',
    title: 'the same event twice',
    input: () => {
      const body = freshBody();
      return Buffer.concat([signed(body), signed(body)]);
    },
    expect: { statuses: [202, 202] },
    stored: 1,
    options: { answers: 2 },
  },
  {
    id: 'J-26',
    title: 'the same id with another body: the first one counts, as the delivery key says',
    input: () => {
      const body = freshBody();
      return Buffer.concat([signed(body), signed(body.replace('}', ',"n":2}'))]);
    },
    expect: { statuses: [202, 202] },
    stored: 1,
    options: { answers: 2 },
  },
];
