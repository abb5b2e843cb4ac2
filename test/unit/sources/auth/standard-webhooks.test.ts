import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StandardWebhooksSettings } from '../../../../src/model/auth-settings.js';
import { BODY, judge, NOW, request, verdict } from './support.js';

const KEYS = ['an invented key of 32 characters', 'another invented key, just as ok'];
const SECRETS = KEYS.map((key) => `whsec_${Buffer.from(key).toString('base64')}`);
const pair = generateKeyPairSync('ed25519');
const PUBLIC = `whpk_${pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(12).toString('base64')}`;

const SECONDS = String(NOW / 1_000);
const signed = (id: string, at: string): Buffer => Buffer.concat([Buffer.from(`${id}.${at}.`), BODY]);
const v1 = (key = KEYS[0]!, id = 'msg_1', at = SECONDS): string =>
  `v1,${createHmac('sha256', key).update(signed(id, at)).digest('base64')}`;
const v1a = (id = 'msg_1', at = SECONDS): string =>
  `v1a,${sign(null, signed(id, at), pair.privateKey).toString('base64')}`;

const settings = (over: Partial<StandardWebhooksSettings> = {}): StandardWebhooksSettings => ({
  type: 'standard-webhooks',
  secrets: SECRETS,
  headerPrefix: 'webhook',
  tolerance: 300_000,
  ...over,
});
const headers = (
  signature: string,
  id = 'msg_1',
  at = SECONDS,
  prefix = 'webhook',
): Record<string, string> => ({
  [`${prefix}-id`]: id,
  [`${prefix}-timestamp`]: at,
  [`${prefix}-signature`]: signature,
});

const ASYMMETRIC = settings({ secrets: [PUBLIC] });
const MIXED = settings({ secrets: [SECRETS[0]!, PUBLIC, SECRETS[1]!] });
const BAD_V1A = `v1a,${Buffer.alloc(64, 1).toString('base64')}`;

describe('standard webhooks', () => {
  it.each([
    ['v1', settings(), headers(v1()), 'admitted 0'],
    ['v1, second secret', settings(), headers(v1(KEYS[1])), 'admitted 1'],
    [
      'a secret without its prefix',
      settings({ secrets: [SECRETS[0]!.slice(6)] }),
      headers(v1()),
      'admitted 0',
    ],
    ['several, the last one good', settings(), headers(`v1,AAAA v2,BBBB ${v1('x')} ${v1()}`), 'admitted 0'],
    ['svix names', settings({ headerPrefix: 'svix' }), headers(v1(), 'msg_1', SECONDS, 'svix'), 'admitted 0'],
    ['v1a', ASYMMETRIC, headers(v1a()), 'admitted 0'],
    ['v1a beside a wrong one', ASYMMETRIC, headers(`${BAD_V1A} ${v1a()}`), 'admitted 0'],
    ['mixed secrets, v1a', MIXED, headers(v1a()), 'admitted 1'],
    ['mixed secrets, last v1', MIXED, headers(v1(KEYS[1])), 'admitted 2'],
    ['mixed secrets, both good', MIXED, headers(`${v1a()} ${v1(KEYS[1])}`), 'admitted 1'],

    ['wrong key', settings(), headers(v1('x')), 'wrong_secret'],
    ['v1a by another key', ASYMMETRIC, headers(BAD_V1A), 'wrong_secret'],
    ['v1a truncated', ASYMMETRIC, headers(v1a().slice(0, -8)), 'wrong_secret'],
    ['v1, empty', settings(), headers('v1,'), 'malformed'],
    ['only v1a where v1 is configured', settings(), headers(v1a()), 'wrong_algorithm'],
    ['only v1 where v1a is configured', ASYMMETRIC, headers(v1()), 'wrong_algorithm'],
    [
      'an HMAC keyed with the public key, as v1a',
      ASYMMETRIC,
      headers(v1(PUBLIC).replace('v1,', 'v1a,')),
      'wrong_secret',
    ],
    ['an HMAC keyed with the public key, as v1', ASYMMETRIC, headers(v1(PUBLIC)), 'wrong_algorithm'],
    ['v0', settings(), headers(v1().replace('v1,', 'v0,')), 'wrong_algorithm'],
    [
      'hex',
      settings(),
      headers(`v1,${Buffer.from(v1().slice(3), 'base64').toString('hex')}`),
      'wrong_encoding',
    ],
    ['21 entries', settings(), headers(`${'v1,AAAA '.repeat(20)}${v1()}`), 'malformed'],
    ['five v1a', ASYMMETRIC, headers(`${`${BAD_V1A} `.repeat(4)}${v1a()}`), 'malformed'],
    ['id with a dot', settings(), headers(v1(KEYS[0], 'msg.1'), 'msg.1'), 'malformed'],
    ['fractional time', settings(), headers(v1(KEYS[0], 'msg_1', '1.5'), 'msg_1', '1.5'), 'malformed'],
    ['no id', settings(), { ...headers(v1()), 'webhook-id': '' }, 'missing'],
    ['no timestamp', settings(), { ...headers(v1()), 'webhook-timestamp': '' }, 'missing'],
    ['no signature', settings(), { ...headers(v1()), 'webhook-signature': '' }, 'missing'],
    ['another id than signed', settings(), headers(v1(), 'msg_2'), 'wrong_secret'],
    ['no usable secret', settings({ secrets: ['', 'whpk_AAAA'] }), headers(v1('')), 'not_configured'],
    ['a private key as secret', settings({ secrets: ['whsk_AAAABBBB'] }), headers(v1()), 'not_configured'],
  ] as const)('%s', async (_, each, parts, expected) => {
    expect(await verdict(each, request({ headers: parts }))).toBe(expected);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a repeated %s', async (name) => {
    expect(await verdict(settings(), request({ headers: headers(v1()), repeated: [name] }))).toBe(
      'malformed',
    );
  });

  it.each([
    [-301, 'ahead of this clock'],
    [301, 'is 301 s old, 300 s are allowed'],
  ])('refuses a time off by %i s', async (offset, detail) => {
    const at = String(NOW / 1_000 - offset);
    for (const [each, signature] of [
      [settings(), v1(KEYS[0], 'msg_1', at)],
      [ASYMMETRIC, v1a('msg_1', at)],
    ] as const) {
      const admission = await judge(each, request({ headers: headers(signature, 'msg_1', at) }));
      expect(admission).toMatchObject({ cause: 'stale', detail: expect.stringContaining(detail) as string });
    }
  });

  it('sees a rewritten body', async () => {
    const body = JSON.stringify(JSON.parse(BODY.toString()));
    expect(await verdict(settings(), request({ headers: headers(v1()), body }))).toBe('wrong_secret');
    const compact = createHmac('sha256', KEYS[0]!).update(`msg_1.${SECONDS}.${body}`).digest('base64');
    expect(await verdict(settings(), request({ headers: headers(`v1,${compact}`) }))).toBe(
      'reserialised_body',
    );
  });

  it('refuses every other body under a v1a signature', async () => {
    const body = Buffer.from(BODY);
    body[3] = (body[3] ?? 0) ^ 1;
    expect(await verdict(ASYMMETRIC, request({ headers: headers(v1a()), body }))).toBe('wrong_secret');
  });
});
