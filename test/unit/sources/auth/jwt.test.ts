import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JwtSettings } from '../../../../src/model/auth-settings.js';
import { createAuthenticator } from '../../../../src/sources/auth/create-authenticator.js';
import { createFetchText } from '../../../../src/sources/auth/fetch-text.js';
import { makeCertificates, type Certificates } from '../../targets/certificates.js';
import { startHttps, type RunningServer } from '../../targets/servers.js';
import { deps, judge, NOW, request, short, verdict } from './support.js';

type Key = Awaited<ReturnType<typeof generateKeyPair>>;

const settings: JwtSettings = {
  type: 'jwt',
  issuer: 'https://issuer.example.com/',
  audience: 'api://komand-bridge',
  jwksFile: '/etc/bridge/jwks.json',
  algorithms: ['ES256', 'EdDSA'],
};
const AT = NOW / 1_000;
const CLAIMS = { iss: settings.issuer, aud: settings.audience, exp: AT + 600 };

let first: Key;
let second: Key;
let stranger: Key;
let jwks: string;

async function keySet(keys: Readonly<Record<string, Key>>): Promise<string> {
  const list = await Promise.all(
    Object.entries(keys).map(async ([name, pair]) => ({
      ...(await exportJWK(pair.publicKey)),
      kid: name.split('#')[0],
    })),
  );
  return JSON.stringify({ keys: list });
}

function sign(claims: JWTPayload, key: Key, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key.privateKey);
}

const bearer = (token: string) => request({ headers: { authorization: `Bearer ${token}` } });
const fromFile = { readFile: (path: string) => (path === settings.jwksFile ? jwks : '') };

beforeAll(async () => {
  [first, second, stranger] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
  ]);
  jwks = await keySet({ k1: first, 'k2#a': stranger, 'k2#b': second });
});

describe('jwt with the keys in a file', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['good', () => sign(CLAIMS, first), 'admitted 0'],
    [
      'good, several audiences',
      () => sign({ ...CLAIMS, aud: ['x', settings.audience] }, first),
      'admitted 0',
    ],
    [
      'good, expired within the clocks’ tolerance',
      () => sign({ ...CLAIMS, exp: AT - 30 }, first),
      'admitted 0',
    ],
    ['good, the second key of that id', () => sign(CLAIMS, second, { kid: 'k2' }), 'admitted 0'],
    ['none of the keys of that id', () => sign(CLAIMS, first, { kid: 'k2' }), 'wrong_secret'],
    ['another key', () => sign(CLAIMS, stranger), 'wrong_secret'],
    ['a key id that nobody has', () => sign(CLAIMS, first, { kid: 'k9' }), 'wrong_secret'],
    ['another issuer', () => sign({ ...CLAIMS, iss: 'https://other.example.com/' }, first), 'wrong_secret'],
    ['another audience', () => sign({ ...CLAIMS, aud: 'api://other' }, first), 'wrong_secret'],
    ['no audience', () => sign({ iss: CLAIMS.iss, exp: CLAIMS.exp }, first), 'malformed'],
    ['no end', () => sign({ iss: CLAIMS.iss, aud: CLAIMS.aud }, first), 'malformed'],
    ['expired', () => sign({ ...CLAIMS, exp: AT - 61 }, first), 'expired'],
    ['not valid yet', () => sign({ ...CLAIMS, nbf: AT + 61 }, first), 'stale'],
    ['a changed claim', async () => tamper(await sign(CLAIMS, first)), 'wrong_secret'],
    ['a truncated signature', async () => (await sign(CLAIMS, first)).slice(0, -4), 'wrong_secret'],
    ['no algorithm', () => Promise.resolve(unsigned()), 'wrong_algorithm'],
    ['HMAC keyed with the public key', () => confused(), 'wrong_algorithm'],
    ['no token at all', () => Promise.resolve('x.y'), 'malformed'],
    ['20,000 characters', () => Promise.resolve('a'.repeat(20_000)), 'malformed'],
  ])('%s', async (_, token, expected) => {
    expect(await verdict(settings, bearer(await token()), fromFile)).toBe(expected);
  });

  it('does not take HMAC even where the settings say so', async () => {
    const lax = { ...settings, algorithms: ['HS256', 'none'] };
    expect(await verdict(lax, bearer(await confused()), fromFile)).toBe('wrong_algorithm');
    expect(await verdict(lax, bearer(unsigned()), fromFile)).toBe('wrong_algorithm');
  });

  it('misses the header, refuses two of them and other schemes', async () => {
    expect(await verdict(settings, request(), fromFile)).toBe('missing');
    const headers = { authorization: `Bearer ${await sign(CLAIMS, first)}` };
    expect(await verdict(settings, request({ headers, repeated: ['authorization'] }), fromFile)).toBe(
      'malformed',
    );
    expect(await verdict(settings, request({ headers: { authorization: 'Basic eDp5' } }), fromFile)).toBe(
      'malformed',
    );
  });

  it.each([
    [
      'is not there',
      () => {
        throw new Error('no such file');
      },
    ],
    ['is not JSON', () => '<html>'],
    ['is no key set', () => '{"keys": 1}'],
  ])('says so when the file %s', async (_, readFile) => {
    const admission = await judge(settings, bearer(await sign(CLAIMS, first)), { readFile });
    expect(admission).toMatchObject({ ok: false, cause: 'key_source_down' });
  });
});

function tamper(token: string): string {
  const [header, , signature] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'admin' })).toString('base64url');
  return `${header}.${payload}.${signature}`;
}

function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(CLAIMS)}.`;
}

async function confused(): Promise<string> {
  const publicKey = Buffer.from(JSON.stringify(await exportJWK(first.publicKey)));
  return new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(publicKey);
}

describe('jwt with the keys at a URL', () => {
  let certificates: Certificates;
  let server: RunningServer;
  let asked = 0;
  let status = 200;
  let now = NOW;

  beforeAll(async () => {
    certificates = makeCertificates();
    server = await startHttps(certificates.good, (_, response) => {
      asked += 1;
      response.writeHead(status, { location: '/elsewhere' }).end(jwks);
    });
  });
  afterAll(async () => {
    await server.close();
    certificates.remove();
  });

  it('asks once for all, uses what it has, asks again for a new key id, and outlives an outage', async () => {
    const { jwksFile: _, ...rest } = settings;
    const fetchText = createFetchText({ ca: certificates.good.cert });
    const authenticate = createAuthenticator(
      { ...rest, jwksUrl: `${server.url}/keys` },
      deps({ now: () => now, fetchText }),
    );
    const attempt = async (token: string): Promise<string> => short(await authenticate(bearer(token)));
    const long = { ...CLAIMS, exp: AT + 3 * 86_400 };
    const old = await sign(long, first);
    const rotated = await sign(long, stranger, { kid: 'k3' });

    status = 302;
    expect(await authenticate(bearer(old))).toMatchObject({
      cause: 'key_source_down',
      detail: "the issuer's keys cannot be had: answered 302",
    });
    status = 200;
    expect(await attempt(old)).toBe('key_source_down');
    expect(asked).toBe(1);

    now += 30_000;
    expect(await Promise.all([attempt(old), attempt(old), attempt(old)])).toEqual(
      Array(3).fill('admitted 0'),
    );
    expect(asked).toBe(2);

    jwks = await keySet({ k1: first, k3: stranger });
    expect(await attempt(rotated)).toBe('wrong_secret');
    expect(asked).toBe(2);
    now += 30_000;
    expect(await attempt(rotated)).toBe('admitted 0');
    expect(await attempt(await sign(long, first, { kid: 'made-up' }))).toBe('wrong_secret');
    expect(asked).toBe(3);

    status = 500;
    now += 600_000;
    expect(await attempt(old)).toBe('admitted 0');
    expect(await attempt(old)).toBe('admitted 0');
    expect(asked).toBe(4);
    now += 86_400_000;
    expect(await attempt(old)).toBe('key_source_down');
  });
});
