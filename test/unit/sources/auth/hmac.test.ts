import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HmacSettings } from '../../../../src/model/auth-settings.js';
import { createAuthenticator } from '../../../../src/sources/auth/create-authenticator.js';
import { signRequest } from '../../../../src/sources/auth/sign-request.js';
import { BODY, deps, hmac, judge, NOW, received, request, short, verdict } from './support.js';

const SECONDS = String(NOW / 1_000);

/** Computed here with node:crypto alone, so that checking and signing cannot be wrong together. */
function mac(text: string | Buffer, key: string | Buffer = 'first-secret', algorithm = 'sha256'): Buffer {
  return createHmac(algorithm, key).update(text).digest();
}

const stamp = (over: Partial<NonNullable<HmacSettings['timestamp']>> = {}) => ({
  timestamp: { from: 'header', name: 'x-time', format: 'unix-s', tolerance: 300_000, ...over } as const,
});

const GOOD: readonly (readonly [string, Partial<HmacSettings>, Record<string, string>, string?])[] = [
  ['bare hex', {}, { 'x-signature': mac(BODY).toString('hex') }],
  ['upper-case hex', {}, { 'x-signature': mac(BODY).toString('hex').toUpperCase() }],
  ['white space around it', {}, { 'x-signature': ` ${mac(BODY).toString('hex')}\t` }],
  ['base64', { encoding: 'base64' }, { 'x-signature': mac(BODY).toString('base64') }],
  ['sha1', { algorithm: 'sha1' }, { 'x-signature': mac(BODY, 'first-secret', 'sha1').toString('hex') }],
  [
    'sha512 after a prefix',
    { algorithm: 'sha512', format: 'prefix', prefix: 'sha512=' },
    { 'x-signature': `sha512=${mac(BODY, 'first-secret', 'sha512').toString('hex')}` },
  ],
  [
    'a list with one good entry, others and another version',
    { format: 'list', prefix: 'v1' },
    { 'x-signature': `v0=00,v1=${'0'.repeat(64)}, v1=${mac(BODY).toString('hex')}` },
  ],
  [
    'timestamp inside the signature header',
    {
      format: 'list',
      prefix: 'v1',
      signed: '{timestamp}.{body}',
      ...stamp({ from: 'signature', name: 't' }),
    },
    {
      'x-signature': `t=${SECONDS},v1=${mac(Buffer.concat([Buffer.from(`${SECONDS}.`), BODY])).toString('hex')}`,
    },
  ],
  [
    'a space-separated list',
    { format: 'space-list', prefix: 'v1', encoding: 'base64' },
    { 'x-signature': `v1,AAAA v1,${mac(BODY).toString('base64')}` },
  ],
  [
    'body first, RFC 3339 with nine digits',
    { signed: '{body}{timestamp}', encoding: 'base64', ...stamp({ format: 'rfc3339' }) },
    {
      'x-time': '2026-03-01T12:00:01.123456789Z',
      'x-signature': mac(`${BODY.toString()}2026-03-01T12:00:01.123456789Z`).toString('base64'),
    },
  ],
  [
    'id, literals and milliseconds',
    { signed: 'v0:{id}:{timestamp}:{body}', idHeader: 'x-id', ...stamp({ format: 'unix-ms' }) },
    {
      'x-id': 'm.1',
      'x-time': String(NOW),
      'x-signature': mac(`v0:m.1:${NOW}:${BODY.toString()}`).toString('hex'),
    },
  ],
  [
    'base64 secret',
    { secretEncoding: 'base64', secrets: ['AAECAwQFBgc='] },
    { 'x-signature': mac(BODY, Buffer.from('AAECAwQFBgc=', 'base64')).toString('hex') },
  ],
  [
    'whsec secret',
    { secretEncoding: 'whsec', secrets: ['whsec_AAECAwQFBgcICQoLDA0ODw=='] },
    { 'x-signature': mac(BODY, Buffer.from('AAECAwQFBgcICQoLDA0ODw==', 'base64')).toString('hex') },
  ],
  [
    'hex secret, second',
    { secretEncoding: 'hex', secrets: ['ff00', '00ff10'] },
    { 'x-signature': mac(BODY, Buffer.from('00ff10', 'hex')).toString('hex') },
    'admitted 1',
  ],
  ['second secret', {}, { 'x-signature': mac(BODY, 'second-secret').toString('hex') }, 'admitted 1'],
];

describe('hmac lets in', () => {
  const rows = GOOD.map(([name, over, headers, expected = 'admitted 0']) => ({
    name,
    over,
    headers,
    expected,
  }));
  it.each(rows)('$name', async ({ over, headers, expected }) => {
    expect(await verdict(hmac(over), request({ headers }))).toBe(expected);
  });

  it('bytes that are not UTF-8', async () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
    const headers = { 'x-signature': mac(body).toString('hex') };
    expect(await verdict(hmac(), request({ headers, body }))).toBe('admitted 0');
  });

  it('a timestamp in the body, once the body is known to be the sender’s', async () => {
    const settings = hmac(stamp({ from: 'body', name: 'meta.at', format: 'unix-ms' }));
    const at = (meta: unknown, now = NOW) => {
      const body = JSON.stringify({ meta });
      const headers = { 'x-signature': mac(body).toString('hex') };
      return judge(settings, request({ headers, body }), { now: () => now });
    };
    expect(await at({ at: NOW })).toEqual({ ok: true, secretIndex: 0 });
    expect(await at({ at: String(NOW) })).toEqual({ ok: true, secretIndex: 0 });
    expect(await at({ at: NOW }, NOW + 300_001)).toMatchObject({ cause: 'stale' });
    expect(await at({ at: 1e30 })).toMatchObject({ cause: 'malformed' });
    expect(await at({ at: null })).toMatchObject({ cause: 'malformed' });
    expect(await at({})).toMatchObject({ cause: 'missing' });
    expect(await verdict(settings, request({ headers: { 'x-signature': '00' }, body: '{{{' }))).toBe(
      'malformed',
    );
  });
});

const HEX = mac(BODY).toString('hex');
const STAMPED = { signed: '{timestamp}.{body}', ...stamp() };

function stamped(at: string): Record<string, string> {
  return { 'x-time': at, 'x-signature': mac(`${at}.${BODY.toString()}`).toString('hex') };
}

const BAD: readonly (readonly [string, Partial<HmacSettings>, Record<string, string>, string, RegExp?])[] = [
  ['no signature', {}, {}, 'missing', /x-signature/],
  ['an empty one', {}, { 'x-signature': ' ' }, 'missing'],
  ['another secret', {}, { 'x-signature': mac(BODY, 'third').toString('hex') }, 'wrong_secret'],
  ['a truncated one', {}, { 'x-signature': HEX.slice(0, 62) }, 'malformed', /31 bytes, sha256 gives 32/],
  ['half a byte less', {}, { 'x-signature': HEX.slice(0, 63) }, 'malformed'],
  ['a longer one', {}, { 'x-signature': `${HEX}00` }, 'malformed', /33 bytes/],
  ['not hex', {}, { 'x-signature': 'z'.repeat(64) }, 'malformed'],
  ['5,000 characters', {}, { 'x-signature': 'a'.repeat(5_000) }, 'malformed', /longer/],
  [
    'base64 for hex',
    {},
    { 'x-signature': mac(BODY).toString('base64') },
    'wrong_encoding',
    /is base64 where hex/,
  ],
  ['hex for base64', { encoding: 'base64' }, { 'x-signature': HEX }, 'wrong_encoding', /is hex where base64/],
  [
    'base64url for base64',
    { encoding: 'base64' },
    { 'x-signature': mac(BODY).toString('base64url') },
    'wrong_encoding',
    /base64url or unpadded/,
  ],
  [
    'sha1 of it',
    {},
    { 'x-signature': mac(BODY, 'first-secret', 'sha1').toString('hex') },
    'wrong_algorithm',
    /sha1/,
  ],
  [
    'sha1= where sha256= is expected',
    { format: 'prefix', prefix: 'sha256=' },
    { 'x-signature': `sha1=${HEX}` },
    'wrong_algorithm',
    /says sha1/,
  ],
  ['no prefix', { format: 'prefix', prefix: 'sha256=' }, { 'x-signature': HEX }, 'malformed'],
  ['only the prefix', { format: 'prefix', prefix: 'sha256=' }, { 'x-signature': 'sha256=' }, 'malformed'],
  ['v0 in a list', { format: 'list', prefix: 'v1' }, { 'x-signature': `v0=${HEX}` }, 'wrong_algorithm', /v0/],
  ['an empty entry', { format: 'list', prefix: 'v1' }, { 'x-signature': 'v1=' }, 'malformed'],
  [
    '21 entries, the last one good',
    { format: 'list', prefix: 'v1' },
    { 'x-signature': `${'v1=00,'.repeat(20)}v1=${HEX}` },
    'malformed',
    /more than 20/,
  ],
  ['no timestamp', STAMPED, { 'x-signature': HEX }, 'missing', /x-time/],
  ...['1e30', 'NaN', '-5', '', '１７７２３６６４００', '1772366400.5', '0x10', '9'.repeat(13)].map(
    (at) => [`timestamp ${at}`, STAMPED, stamped(at), at === '' ? 'missing' : 'malformed'] as const,
  ),
  ['372 s old', STAMPED, stamped(String(NOW / 1_000 - 372)), 'stale', /is 372 s old, 300 s are allowed/],
  ['301 s ahead', STAMPED, stamped(String(NOW / 1_000 + 301)), 'stale', /is 301 s ahead of this clock/],
  ['1970', STAMPED, stamped('0'), 'stale'],
  [
    'a timestamp changed after signing',
    STAMPED,
    { ...stamped(String(NOW / 1_000 - 372)), 'x-time': SECONDS },
    'wrong_secret',
  ],
  [
    'two timestamps in the list',
    {
      format: 'list',
      prefix: 'v1',
      signed: '{timestamp}.{body}',
      ...stamp({ from: 'signature', name: 't' }),
    },
    { 'x-signature': `t=1,t=${SECONDS},v1=${HEX}` },
    'malformed',
  ],
  [
    'an id that holds the separator',
    { signed: '{id}.{body}', idHeader: 'x-id' },
    { 'x-id': 'a.b', 'x-signature': mac(`a.b.${BODY.toString()}`).toString('hex') },
    'malformed',
    /separates/,
  ],
  ['no usable secret', { secrets: [''] }, { 'x-signature': mac(BODY, '').toString('hex') }, 'not_configured'],
  ['no secret at all', { secrets: [] }, { 'x-signature': HEX }, 'not_configured'],
];

describe('hmac refuses', () => {
  const rows = BAD.map(([name, over, headers, cause, detail = /./]) => ({
    name,
    over,
    headers,
    cause,
    detail,
  }));
  it.each(rows)('$name', async ({ over, headers, cause, detail }) => {
    const admission = await judge(hmac(over), request({ headers }));
    expect(admission).toMatchObject({ ok: false, cause, detail: expect.stringMatching(detail) as string });
  });

  it.each(['x-signature', 'x-time'])('a repeated %s header', async (name) => {
    const raw = request({ headers: stamped(SECONDS), repeated: [name] });
    expect(await verdict(hmac(STAMPED), raw)).toBe('malformed');
  });

  it('one changed byte of the body, at any place', async () => {
    for (let at = 0; at < BODY.length; at += 1) {
      const body = Buffer.from(BODY);
      body[at] = (body[at] ?? 0) ^ 1;
      expect((await judge(hmac(), request({ headers: { 'x-signature': HEX }, body }))).ok).toBe(false);
    }
  });
});

describe('hmac tells the operator', () => {
  const value = { a: 'x, "y": {z}\n', b: [1, { c: null }], d: {} };
  const python = '{"a": "x, \\"y\\": {z}\\n", "b": [1, {"c": null}], "d": {}}';

  it.each([
    ['compact', JSON.stringify(value), JSON.stringify(value, null, 2)],
    ['two spaces', JSON.stringify(value, null, 2), JSON.stringify(value)],
    ['four spaces', JSON.stringify(value, null, 4), JSON.stringify(value)],
    ["Python's spaces", python, JSON.stringify(value)],
    ['a last line feed', `${JSON.stringify(value)}\n`, JSON.stringify(value)],
  ])('that the body was rewritten: signed as %s', async (_, signed, sent) => {
    const headers = { 'x-signature': mac(signed, 'second-secret').toString('hex') };
    expect(await verdict(hmac(), request({ headers, body: sent }))).toBe('reserialised_body');
  });

  it('that the secret is used in another encoding', async () => {
    const secret = 'aW52ZW50ZWQgc2VjcmV0';
    const asText = request({ headers: { 'x-signature': mac(BODY, secret).toString('hex') } });
    expect(await judge(hmac({ secrets: [secret], secretEncoding: 'base64' }), asText)).toMatchObject({
      cause: 'wrong_encoding',
      detail: 'the sender uses the secret as text, here it is read as base64',
    });
    const asBytes = request({
      headers: { 'x-signature': mac(BODY, Buffer.from(secret, 'base64')).toString('hex') },
    });
    expect(await verdict(hmac({ secrets: [secret] }), asBytes)).toBe('wrong_encoding');
  });

  it('nothing dear about a large body', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(300_000) });
    const rewritten = { 'x-signature': mac(`${large}\n`).toString('hex') };
    expect(await verdict(hmac(), request({ headers: rewritten, body: large }))).toBe('wrong_secret');
  });
});

it('looks into ten small refusals a second, or one large one', async () => {
  let now = NOW;
  const authenticate = createAuthenticator(hmac(), deps({ now: () => now }));
  const raw = request({ headers: { 'x-signature': mac('{"a":1}').toString('hex') }, body: '{"a": 1}' });
  const causes = await Promise.all(Array.from({ length: 12 }, async () => short(await authenticate(raw))));
  expect(causes).toEqual([...Array<string>(10).fill('reserialised_body'), 'wrong_secret', 'wrong_secret']);
  now += 1_000;
  const large = JSON.stringify({ text: 'x'.repeat(200_000) });
  const rewritten = request({ headers: { 'x-signature': mac(`${large}\n`).toString('hex') }, body: large });
  expect(short(await authenticate(rewritten))).toBe('reserialised_body');
  expect(short(await authenticate(rewritten))).toBe('wrong_secret');
  expect(short(await authenticate(raw))).toBe('reserialised_body');
});

it('signs what it checks, in every shape', async () => {
  for (const [, over] of GOOD) {
    for (const [index, secret] of (over.secrets ?? hmac().secrets).entries()) {
      const signed = signRequest(hmac(over), { body: BODY, now: NOW, id: 'm1', secret });
      expect(await verdict(hmac(over), received(signed))).toBe(`admitted ${index}`);
    }
  }
  const inBody = hmac(stamp({ from: 'body', name: 'at', format: 'unix-ms' }));
  const signed = signRequest(inBody, {
    body: Buffer.from('{"big": 12345678901234567890}'),
    now: NOW,
    id: 'm1',
  });
  expect(signed.body.toString()).toBe(`{"at":${NOW},"big": 12345678901234567890}`);
  expect(await verdict(inBody, received(signed))).toBe('admitted 0');
});
