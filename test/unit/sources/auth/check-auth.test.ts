import { describe, expect, it } from 'vitest';
import type { WrittenAuth } from '../../../../src/model/auth-settings.js';
import { completeAuth } from '../../../../src/sources/auth/check-auth.js';

const GITHUB: WrittenAuth = { type: 'hmac', header: 'X-Hub-Signature-256', format: 'prefix', secrets: [] };
const SLACK: WrittenAuth = {
  type: 'hmac',
  header: 'X-Slack-Signature',
  prefix: 'v0=',
  signed: 'v0:{timestamp}:{body}',
  timestamp: { name: 'X-Slack-Request-Timestamp' },
};
const WHSEC = `whsec_${Buffer.from('an invented key of 32 characters').toString('base64')}`;

describe('completeAuth', () => {
  it('lays what the operator wrote over the preset, and fills the rest in', () => {
    expect(completeAuth({ secrets: ['s3cret'] }, GITHUB)).toEqual({
      ok: true,
      settings: {
        type: 'hmac',
        algorithm: 'sha256',
        encoding: 'hex',
        header: 'x-hub-signature-256',
        format: 'prefix',
        prefix: 'sha256=',
        signed: '{body}',
        secretEncoding: 'text',
        secrets: ['s3cret'],
      },
    });
    expect(completeAuth({ secrets: ['s'], timestamp: { tolerance: 60_000 } }, SLACK)).toMatchObject({
      settings: {
        format: 'prefix',
        prefix: 'v0=',
        timestamp: {
          from: 'header',
          name: 'x-slack-request-timestamp',
          format: 'unix-s',
          tolerance: 60_000,
        },
      },
    });
  });

  it('replaces the preset whole where the operator names another mechanism', () => {
    expect(completeAuth({ type: 'token', secrets: ['s'] }, GITHUB)).toEqual({
      ok: true,
      settings: { type: 'token', in: 'header', name: 'authorization', scheme: 'Bearer', secrets: ['s'] },
    });
  });

  it.each<[string, WrittenAuth, object]>([
    [
      'token',
      { type: 'token', name: 'X-Key', secrets: ['s'] },
      { in: 'header', name: 'x-key', secrets: ['s'] },
    ],
    ['token in the path', { type: 'token', in: 'path', secrets: ['s'] }, { in: 'path' }],
    ['basic', { type: 'basic', username: 'u', secrets: ['s'] }, { username: 'u' }],
    [
      'standard-webhooks',
      { type: 'standard-webhooks', secrets: [WHSEC, `whpk_${Buffer.alloc(32, 7).toString('base64')}`] },
      { headerPrefix: 'webhook', tolerance: 300_000 },
    ],
    [
      'jwt',
      { type: 'jwt', issuer: 'i', audience: 'a', jwksUrl: 'https://issuer.example.com/keys' },
      { algorithms: ['RS256', 'ES256'] },
    ],
    ['mtls', { type: 'mtls', allowed: ['a'], header: 'X-Cert' }, { allowed: ['a'], header: 'x-cert' }],
    [
      'sns',
      { type: 'sns', topics: ['arn:aws:sns:eu-central-1:123456789012:alerts'] },
      { topics: ['arn:aws:sns:eu-central-1:123456789012:alerts'] },
    ],
    ['none, said', { type: 'none' }, { type: 'none' }],
  ])('completes %s', (_, written, settings) => {
    expect(completeAuth(written, undefined)).toMatchObject({ ok: true, settings });
  });

  it.each<[string, WrittenAuth | undefined, WrittenAuth | undefined, readonly string[]]>([
    ['nothing said', undefined, undefined, ['']],
    ['none by the preset alone', undefined, { type: 'none' }, ['']],
    ['secrets for a preset of none', { secrets: ['s'] }, { type: 'none' }, ['']],
    ['no secrets', undefined, GITHUB, ['/secrets']],
    ['an empty list', { secrets: [] }, GITHUB, ['/secrets']],
    ['an empty secret', { secrets: ['a', ''] }, GITHUB, ['/secrets/1']],
    ['eleven secrets', { secrets: Array<string>(11).fill('a') }, GITHUB, ['/secrets']],
    [
      'secret not hex',
      { secretEncoding: 'hex', secrets: ['xyz', 'abc'] },
      GITHUB,
      ['/secrets/0', '/secrets/1'],
    ],
    ['secret not base64', { secretEncoding: 'base64', secrets: ['a b'] }, GITHUB, ['/secrets/0']],
    [
      'whsec too short',
      { type: 'standard-webhooks', secrets: ['whsec_AAECAwQF'] },
      undefined,
      ['/secrets/0'],
    ],
    [
      'whpk of another size',
      { type: 'standard-webhooks', secrets: ['whpk_AAAA'] },
      undefined,
      ['/secrets/0'],
    ],
    ['a private key', { type: 'standard-webhooks', secrets: ['whsk_AAAA'] }, undefined, ['/secrets/0']],
    [
      'a token with a space',
      { type: 'token', secrets: [' a', 'b\n', 'c\td'] },
      undefined,
      ['/secrets/0', '/secrets/1', '/secrets/2'],
    ],
    ['no name for a query', { type: 'token', in: 'query', secrets: ['a'] }, undefined, ['/name']],
    [
      'a scheme in the query',
      { type: 'token', in: 'query', name: 'k', scheme: 'X', secrets: ['a'] },
      undefined,
      ['/scheme'],
    ],
    ['a colon in the user', { type: 'basic', username: 'a:b', secrets: ['s'] }, undefined, ['/username']],
    ['no user', { type: 'basic', secrets: ['s'] }, undefined, ['/username']],
    ['no header', { type: 'hmac', secrets: ['s'] }, undefined, ['/header']],
    ['no header name', { header: 'not a name', secrets: ['s'] }, GITHUB, ['/header']],
    ['body not signed', { signed: '{timestamp}', secrets: ['s'] }, SLACK, ['/signed']],
    ['timestamp not signed', { signed: '{body}', secrets: ['s'] }, SLACK, ['/signed']],
    ['timestamp from nowhere', { signed: '{timestamp}{body}', secrets: ['s'] }, GITHUB, ['/timestamp']],
    ['id from nowhere', { signed: '{id}{body}', secrets: ['s'] }, GITHUB, ['/id_header']],
    [
      'a timestamp in a header that is no list',
      { timestamp: { from: 'signature', name: 't' }, secrets: ['s'] },
      SLACK,
      ['/timestamp/from'],
    ],
    ['no tolerance', { timestamp: { tolerance: 0 }, secrets: ['s'] }, SLACK, ['/timestamp/tolerance']],
    ['a field of another mechanism', { secrets: ['s'], headerPrefix: 'x' }, GITHUB, ['/header_prefix']],
    ['jwt with nothing', { type: 'jwt' }, undefined, ['', '/issuer', '/audience']],
    [
      'jwt with HMAC and plain HTTP',
      {
        type: 'jwt',
        issuer: 'i',
        audience: 'a',
        jwksUrl: 'http://x.example.com',
        algorithms: ['HS256', 'none'],
      },
      undefined,
      ['/jwks_url', '/algorithms/0', '/algorithms/1'],
    ],
    ['mtls for nobody', { type: 'mtls' }, undefined, ['/allowed']],
    ['mtls with an empty name', { type: 'mtls', allowed: [' '] }, undefined, ['/allowed/0']],
    ['sns without topics', undefined, { type: 'sns' }, ['/topics']],
    ['sns with no ARN', { topics: ['alerts'] }, { type: 'sns' }, ['/topics/0']],
  ])('refuses %s', (_, written, preset, pointers) => {
    const faults = completeAuth(written, preset);
    expect(Array.isArray(faults) ? faults.map(({ pointer }) => pointer) : faults).toEqual(pointers);
  });

  it('reports all faults together and no secret', () => {
    const faults = completeAuth(
      { type: 'hmac', header: ' ', secretEncoding: 'hex', signed: 'x', secrets: ['not-to-be-shown'] },
      undefined,
    );
    expect(faults).toHaveLength(3);
    expect(JSON.stringify(faults)).not.toContain('not-to-be-shown');
  });
});
