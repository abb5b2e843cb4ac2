import { createAuthenticator } from '../../../dist/sources/auth/create-authenticator.js';
import { CannotSign, signRequest } from '../../../dist/sources/auth/sign-request.js';
import { expect, expectNoSecret } from '../finding.mjs';
import { readMessage, writeMessage } from '../message.mjs';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SECRETS = ['canary-secret-first-0f3a', 'canary-secret-second-9b1c'];
const HOOK_SECRETS = SECRETS.map((text) => `whsec_${Buffer.from(text).toString('base64')}`);
const STAMP = { from: 'header', name: 'x-time', format: 'unix-s', tolerance: 300_000 };
const BODY = Buffer.from('{"id":1,"at":"2026-01-02T03:04:05Z","auth":{"token":"x"}}');

const hmac = (own) => ({
  type: 'hmac',
  secrets: SECRETS,
  header: 'x-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  format: 'bare',
  signed: '{body}',
  ...own,
});
const token = (own) => ({ type: 'token', secrets: SECRETS, ...own });
const MECHANISMS = [
  hmac({}),
  hmac({ format: 'prefix', prefix: 'sha256=' }),
  hmac({ signed: '{timestamp}:{body}', timestamp: STAMP }),
  hmac({
    algorithm: 'sha512',
    encoding: 'base64',
    format: 'list',
    prefix: 'v1',
    signed: '{id}.{timestamp}.{body}',
    idHeader: 'x-id',
    timestamp: { ...STAMP, from: 'signature', name: 't', format: 'unix-ms' },
  }),
  hmac({ format: 'space-list', prefix: 'v1' }),
  hmac({ timestamp: { ...STAMP, from: 'body', name: 'at', format: 'rfc3339' } }),
  token({ in: 'header', name: 'x-token' }),
  token({ in: 'header', name: 'authorization', scheme: 'Bearer' }),
  token({ in: 'query', name: 'key' }),
  token({ in: 'path', name: '' }),
  token({ in: 'body', name: 'auth.token' }),
  { type: 'basic', username: 'user', secrets: SECRETS },
  { type: 'standard-webhooks', secrets: HOOK_SECRETS, headerPrefix: 'webhook', tolerance: 300_000 },
  { type: 'jwt', issuer: 'i', audience: 'a', jwksFile: 'keys.json', algorithms: ['ES256', 'RS256'] },
  { type: 'mtls', allowed: ['canary-name'], header: 'x-cert' },
  { type: 'sns', topics: ['arn:aws:sns:eu-central-1:123456789012:a'] },
];

const deps = {
  now: () => NOW,
  readFile: () => '{"keys":[]}',
  fetchText: () => Promise.reject(new Error('nothing is fetched here')),
  trustedProxyAddress: () => true,
};
const authenticators = MECHANISMS.map((settings) => createAuthenticator(settings, deps));

/** What was signed, the time put into it where that is signed, too. */
const SIGNED_BODIES = new Set();

/** Requests as their senders make them; mutants begin a step away from being let in. */
const signed = MECHANISMS.map((settings, mechanism) => {
  try {
    const made = signRequest(settings, { body: BODY, now: NOW, id: 'msg_1' });
    SIGNED_BODIES.add(Buffer.from(made.body).toString('latin1'));
    return { mechanism, pathToken: '', query: {}, ...made };
  } catch (error) {
    if (!(error instanceof CannotSign)) throw error;
    return {
      mechanism,
      pathToken: '',
      query: {},
      headers: { authorization: 'Bearer e30.e30.x' },
      body: BODY,
    };
  }
});

export const target = {
  name: 'signatures',
  words: [
    'v1=',
    'v1,',
    'v1a,',
    't=',
    'sha256=',
    'sha1=',
    'Bearer ',
    'Basic ',
    String(NOW / 1_000),
    'eyJhbGciOiJub25lIn0',
    ...Object.keys(Object.assign({}, ...signed.map(({ headers }) => headers))).map((name) => `\n${name}: `),
  ],
  seeds: () =>
    signed.map(({ mechanism, headers, query, pathToken, body }) =>
      writeMessage(
        `${mechanism} ${new URLSearchParams(Object.entries(query))} ${pathToken ?? ''}`,
        headers,
        body,
      ),
    ),
  /** Throws nothing; lets in only who shows the secret, or a body that was signed with it. */
  async run(input) {
    const { first, headers, body } = readMessage(input);
    const [number = '', query = '', path = ''] = first.split(' ');
    const at = Number.parseInt(number, 10);
    const index = Number.isInteger(at) && at >= 0 ? at % MECHANISMS.length : 0;
    const settings = MECHANISMS[index];
    const request = {
      id: 'req_1',
      method: 'POST',
      headers,
      repeatedHeaders: new Set(input.length % 7 === 0 ? ['x-signature'] : []),
      query: new URLSearchParams(query),
      pathToken: path === '' ? undefined : path,
      body,
      remoteAddress: '192.0.2.1',
      clientCertificate: undefined,
      receivedAt: NOW,
    };
    const admission = await authenticators[index](request);
    if (!admission.ok) return expectNoSecret([...SECRETS, ...HOOK_SECRETS], admission);
    const shown = [first, ...Object.values(headers), body.toString('latin1')].join('\n');
    const decoded = Buffer.from((headers['authorization'] ?? '').split(' ')[1] ?? '', 'base64').toString(
      'latin1',
    );
    const legitimate = {
      hmac: () => SIGNED_BODIES.has(body.toString('latin1')),
      'standard-webhooks': () => SIGNED_BODIES.has(body.toString('latin1')),
      token: () => SECRETS.some((secret) => shown.includes(secret) || request.query.get('key') === secret),
      basic: () => SECRETS.some((secret) => decoded === `user:${secret}`),
      mtls: () => shown.includes('canary-name'),
    }[settings.type];
    expect(legitimate?.() === true, `${settings.type} lets in only who has the secret`, () => shown);
  },
};
