import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthSettings } from '../../../../src/model/auth-settings.js';
import { createAuthenticator } from '../../../../src/sources/auth/create-authenticator.js';
import { CannotSign, signRequest } from '../../../../src/sources/auth/sign-request.js';
import { BODY, deps, hmac, NOW, received, request, short, verdict } from './support.js';

const STAMP = { from: 'header', name: 'x-time', format: 'unix-s', tolerance: 300_000 } as const;
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const WEBHOOK_SECRETS = ['an invented key of 32 characters', 'another invented key, just as ok'].map(
  (key) => `whsec_${Buffer.from(key).toString('base64')}`,
);
const SECRETS = ['first-secret', 'zweites-Wörtchen'];
const token = { type: 'token', secrets: SECRETS } as const;

/** Every mechanism with secrets that both sides have. */
const SHARED: readonly (readonly [
  string,
  Extract<AuthSettings, { secrets: readonly string[] }>,
  typeof FORM_TYPE?,
])[] = [
  ['hmac', hmac()],
  ['hmac with prefix', hmac({ format: 'prefix', prefix: 'sha256=' })],
  ['hmac with timestamp', hmac({ signed: '{timestamp}:{body}', timestamp: STAMP })],
  [
    'hmac with all of it',
    hmac({
      algorithm: 'sha512',
      encoding: 'base64',
      format: 'list',
      prefix: 'v1',
      signed: '{id}.{timestamp}.{body}',
      idHeader: 'x-id',
      timestamp: { ...STAMP, from: 'signature', name: 't', format: 'unix-ms' },
    }),
  ],
  ['hmac as a space list', hmac({ format: 'space-list', prefix: 'v1' })],
  [
    'hmac with the time in the body',
    hmac({ timestamp: { ...STAMP, from: 'body', name: 'at', format: 'rfc3339' } }),
  ],
  ['token in a header', { ...token, in: 'header', name: 'x-token' }],
  ['bearer token', { ...token, in: 'header', name: 'authorization', scheme: 'Bearer' }],
  ['token in the query', { ...token, in: 'query', name: 'key' }],
  ['token in the path', { ...token, in: 'path', name: '' }],
  ['token in JSON', { ...token, in: 'body', name: 'auth.token' }],
  ['token in a form', { ...token, in: 'body', name: 'token' }, FORM_TYPE],
  ['basic', { type: 'basic', username: 'user', secrets: SECRETS }],
  [
    'standard-webhooks',
    { type: 'standard-webhooks', secrets: WEBHOOK_SECRETS, headerPrefix: 'webhook', tolerance: 300_000 },
  ],
];

const OTHERS: readonly AuthSettings[] = [
  { type: 'jwt', issuer: 'i', audience: 'a', jwksFile: 'x', algorithms: ['ES256'] },
  { type: 'mtls', allowed: ['a'], header: 'x-cert' },
  { type: 'sns', topics: ['arn:aws:sns:eu-central-1:123456789012:a'] },
];

describe.each(SHARED.map(([name, settings, headers = {}]) => ({ name, settings, headers })))(
  '$name',
  ({ settings, headers }) => {
    const sent = 'content-type' in headers ? Buffer.from('a=1') : BODY;
    const signed = (secret?: string, now = NOW) =>
      received(
        signRequest(settings, { body: sent, now, id: 'msg_1', ...(secret === undefined ? {} : { secret }) }),
        headers,
      );

    it('lets in what it signs, and says by which secret', async () => {
      expect(await verdict(settings, signed())).toBe('admitted 0');
      expect(await verdict(settings, signed(settings.secrets[1]))).toBe('admitted 1');
    });

    it('refuses a request without a signature', async () => {
      expect((await verdict(settings, request({ headers, body: sent }))).startsWith('admitted')).toBe(false);
    });

    it('refuses a secret that is not live, or no more', async () => {
      expect(await verdict(settings, signed(strangers(settings)))).toBe('wrong_secret');
      const [, ...rest] = settings.secrets;
      expect(await verdict({ ...settings, secrets: rest }, signed())).toBe('wrong_secret');
    });

    it('never matches an empty secret', async () => {
      expect(await verdict({ ...settings, secrets: [''] }, signed())).toBe('not_configured');
      expect(await verdict({ ...settings, secrets: [] }, signed())).toBe('not_configured');
    });

    it('shows no secret and no signature in what it tells', async () => {
      const authenticate = createAuthenticator(settings, deps());
      const admission = await authenticate(signed(strangers(settings)));
      expect(admission.ok).toBe(false);
      const good = signed();
      const values = [
        ...settings.secrets,
        ...Object.values(good.headers).filter((value) => value.length > 30),
      ];
      for (const value of values) expect(JSON.stringify(admission)).not.toContain(value);
    });

    it('neither throws nor lets in whatever else comes', async () => {
      const authenticate = createAuthenticator(settings, deps());
      await neverLetsIn(authenticate, Object.keys(signed().headers));
    });
  },
);

describe.each(OTHERS)('$type', (settings) => {
  it('neither throws nor lets in whatever comes', async () => {
    await neverLetsIn(
      createAuthenticator(settings, deps({ trustedProxyAddress: () => true })),
      ['authorization', 'x-cert'],
      ['a'],
    );
  });

  it('cannot be signed here, and says so', () => {
    expect(() => signRequest(settings, { body: BODY, now: NOW, id: 'x' })).toThrow(CannotSign);
  });
});

/** A secret that nobody configured, in the encoding of the others. */
function strangers(settings: AuthSettings): string {
  return settings.type === 'standard-webhooks' ? `whsec_${'QUFB'.repeat(8)}` : 'third-secret';
}

/** What a fuzzed value may look like: anything, or almost the right thing. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.stringMatching(/^(v1|v1a|v0|t|sha256|Bearer |Basic )?[=,]?[0-9a-fA-F+/=]{0,90}$/),
  fc
    .array(fc.stringMatching(/^(v1|v1a|t)[,=][0-9A-Za-z+/=]{0,90}$/), { maxLength: 25 })
    .map((list) => list.join(' ')),
  fc.constantFrom(
    '',
    ' ',
    '1e30',
    'NaN',
    '-1',
    String(NOW / 1_000),
    new Date(NOW).toISOString(),
    '__proto__',
  ),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom('{"auth":{"token":"x"}}', '{"Type":"Notification","Signature":"","SigningCertURL":"x"}')
    .map((text) => Buffer.from(text)),
);

async function neverLetsIn(
  authenticate: ReturnType<typeof createAuthenticator>,
  names: readonly string[],
  admitted: readonly string[] = [],
): Promise<void> {
  const headers = fc.dictionary(fc.constantFrom(...names, 'x-other', 'content-type'), value, { maxKeys: 6 });
  await fc.assert(
    fc.asyncProperty(headers, body, fc.option(value), fc.option(value), async (some, bytes, path, query) => {
      fc.pre(!Object.values(some).some((each) => admitted.includes(each.trim())));
      const raw = request({
        headers: some,
        body: bytes,
        query: { key: query ?? '' },
        ...(path === null ? {} : { pathToken: path }),
      });
      const admission = await authenticate(raw);
      expect(admission.ok, short(admission)).toBe(false);
    }),
    { numRuns: 150 },
  );
}

describe('none', () => {
  it('lets everybody in, and signs nothing', async () => {
    expect(await verdict({ type: 'none' }, request())).toBe('admitted 0');
    expect(signRequest({ type: 'none' }, { body: BODY, now: NOW, id: 'x' })).toEqual({
      headers: {},
      query: {},
      body: BODY,
    });
  });
});

describe('signRequest', () => {
  const input = { body: BODY, now: NOW, id: 'x' };

  it.each<[string, AuthSettings]>([
    ['no secret', hmac({ secrets: [] })],
    ['an empty one', hmac({ secrets: [''] })],
    ['one that cannot be decoded', hmac({ secretEncoding: 'hex', secrets: ['xyz'] })],
    [
      'a public key alone',
      { type: 'standard-webhooks', secrets: ['whpk_AAAA'], headerPrefix: 'x', tolerance: 1 },
    ],
  ])('needs a usable secret: %s', (_, settings) => {
    expect(() => signRequest(settings, input)).toThrow(CannotSign);
  });

  it.each([
    ['{"a": 1.10, "at": 5 , "b": 2}', 'at', '{"a": 1.10, "at": 7 , "b": 2}'],
    ['{}', 'at', '{"at":7}'],
    ['{ "big": 12345678901234567890 }', 'at', '{"at":7, "big": 12345678901234567890 }'],
    ['{"x":{"at":"$1"},"y":3}', 'x.at', '{"x":{"at":7},"y":3}'],
    ['{"at":5,"x":{"at":5}}', 'x.at', '{"at":5,"x":{"at":7}}'],
    ['{"x":[{"at":1}]}', 'x.0.at', '{"x":[{"at":7}]}'],
    ['{"y":1}', 'x.at', '{"y":1,"x":{"at":7}}'],
  ])('writes the time into %s at %s', (text, name, expected) => {
    const settings = hmac({ timestamp: { ...STAMP, from: 'body', name } });
    const { body: made } = signRequest(settings, { ...input, body: Buffer.from(text), now: 7_000 });
    expect(made.toString()).toBe(expected);
  });

  it('does not write into a body that is no JSON object', () => {
    const settings = hmac({ timestamp: { ...STAMP, from: 'body', name: 'at' } });
    expect(() => signRequest(settings, { ...input, body: Buffer.from('[1]') })).toThrow(CannotSign);
  });
});
