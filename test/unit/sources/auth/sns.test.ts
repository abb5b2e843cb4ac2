import { execFileSync } from 'node:child_process';
import { createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnsSettings } from '../../../../src/model/auth-settings.js';
import { createAuthenticator } from '../../../../src/sources/auth/create-authenticator.js';
import { deps, judge, NOW, request, short, verdict } from './support.js';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts';
const URL_GOOD = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
const settings: SnsSettings = { type: 'sns', topics: ['arn:aws:sns:eu-central-1:123456789012:other', TOPIC] };

interface Pair {
  readonly key: string;
  readonly cert: string;
}

let dir: string;
let good: Pair;
let other: Pair;
let elliptic: Pair;

function makePair(name: string, ...kind: string[]): Pair {
  const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
  const made = ['req', '-x509', '-nodes', '-newkey', ...kind, '-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', [...made, '-subj', '/CN=sns.amazonaws.com'], { stdio: 'pipe' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bridge-sns-'));
  good = makePair('good', 'rsa:2048');
  other = makePair('other', 'rsa:2048');
  elliptic = makePair('ec', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The certificates are made now and are valid from then on; the clock of these tests is surely after it. */
const CLOCK = Date.now() + 3_600_000;

type Fields = Record<string, string | null>;

const NOTIFICATION: Fields = {
  Type: 'Notification',
  MessageId: '5f1c8a52-0000-4000-8000-000000000001',
  TopicArn: TOPIC,
  Subject: 'An alarm',
  Message: '{"AlarmName":"größer"}',
  Timestamp: new Date(CLOCK).toISOString(),
  SignatureVersion: '2',
  SigningCertURL: URL_GOOD,
};
const CONFIRMATION: Fields = {
  ...NOTIFICATION,
  Type: 'SubscriptionConfirmation',
  Token: 'tok',
  SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription',
};
delete CONFIRMATION['Subject'];

/** Written from the documentation, apart from the code under test. */
function signed(fields: Fields, key = good.key): string {
  const order =
    fields['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  let text = '';
  for (const name of order) if (typeof fields[name] === 'string') text += `${name}\n${fields[name]}\n`;
  const algorithm = fields['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return createSign(algorithm).update(text, 'utf8').sign(key, 'base64');
}

function message(fields: Fields, signature = signed(fields)): string {
  return JSON.stringify({ ...fields, Signature: signature });
}

const world = { now: () => CLOCK, fetchText: () => Promise.resolve(good.cert) };
const check = (body: string, over = {}): Promise<string> =>
  verdict(settings, request({ body }), { ...world, ...over });

describe('sns', () => {
  it.each<[string, () => string, string]>([
    ['version 2', () => message(NOTIFICATION), 'admitted 1'],
    ['version 1', () => message({ ...NOTIFICATION, SignatureVersion: '1' }), 'admitted 1'],
    ['null as the subject', () => message({ ...NOTIFICATION, Subject: null }), 'admitted 1'],
    ['confirmation', () => message(CONFIRMATION), 'admitted 1'],
    [
      'the end of a subscription',
      () => message({ ...CONFIRMATION, Type: 'UnsubscribeConfirmation' }),
      'admitted 1',
    ],
    ['another topic', () => message({ ...NOTIFICATION, TopicArn: `${TOPIC}x` }), 'not_configured'],
    [
      'a changed message',
      () => message({ ...NOTIFICATION, Message: 'x' }, signed(NOTIFICATION)),
      'wrong_secret',
    ],
    [
      'a changed subject',
      () => message({ ...NOTIFICATION, Subject: 'x' }, signed(NOTIFICATION)),
      'wrong_secret',
    ],
    [
      'a changed link',
      () => message({ ...CONFIRMATION, SubscribeURL: 'x' }, signed(CONFIRMATION)),
      'wrong_secret',
    ],
    ['another key', () => message(NOTIFICATION, signed(NOTIFICATION, other.key)), 'wrong_secret'],
    ['a truncated signature', () => message(NOTIFICATION, signed(NOTIFICATION).slice(0, 40)), 'wrong_secret'],
    [
      'version 2 said, version 1 signed',
      () => message(NOTIFICATION, signed({ ...NOTIFICATION, SignatureVersion: '1' })),
      'wrong_secret',
    ],
    ['version 3', () => message({ ...NOTIFICATION, SignatureVersion: '3' }), 'wrong_algorithm'],
    ['no signature', () => JSON.stringify(NOTIFICATION), 'missing'],
    ['a raw message', () => '{"AlarmName":"x"}', 'missing'],
    ['an unknown type', () => message({ ...NOTIFICATION, Type: 'toString' }), 'malformed'],
    ['no message id', () => message({ ...NOTIFICATION, MessageId: null }), 'malformed'],
    ['no JSON', () => 'x', 'malformed'],
    ['an array', () => '[]', 'malformed'],
    ['a time that is none', () => message({ ...NOTIFICATION, Timestamp: 'today' }), 'malformed'],
    [
      'a day old',
      () => message({ ...NOTIFICATION, Timestamp: new Date(CLOCK - 86_401_000).toISOString() }),
      'stale',
    ],
    [
      '16 min ahead',
      () => message({ ...NOTIFICATION, Timestamp: new Date(CLOCK + 960_000).toISOString() }),
      'stale',
    ],
  ])('%s', async (_, body, expected) => {
    expect(await check(body())).toBe(expected);
  });

  it('hears nobody where no topic is named', async () => {
    const none: SnsSettings = { type: 'sns', topics: [] };
    expect(await verdict(none, request({ body: message(NOTIFICATION) }), world)).toBe('not_configured');
  });

  it.each([
    'http://sns.eu-central-1.amazonaws.com/x.pem',
    'https://sns.eu-central-1.amazonaws.com.example.com/x.pem',
    'https://example.com/sns.eu-central-1.amazonaws.com/x.pem',
    'https://sns.eu-central-1.amazonaws.com@example.com/x.pem',
    'https://example.com#@sns.eu-central-1.amazonaws.com/x.pem',
    'https://user:pass@sns.eu-central-1.amazonaws.com/x.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/x.pem',
    'https://sns.eu-central-1.amazonaws.com/x.txt',
    'https://sns.eu-central-1.amazonaws.com/?x=.pem',
    'https://sns.eu-central-1.amazonaws.com/x.pem?Action=Publish',
    'https://sns.s3-us-west-2.amazonaws.com/x.pem',
    'https://xsns.eu-central-1.amazonaws.com/x.pem',
    'https://127.0.0.1/x.pem',
    'file:///etc/ssl/x.pem',
    'x.pem',
    '',
  ])('asks nobody at %s', async (url) => {
    let asked = 0;
    const fetchText = () => {
      asked += 1;
      return Promise.resolve(good.cert);
    };
    expect(await check(message({ ...NOTIFICATION, SigningCertURL: url }), { fetchText })).toBe(
      'untrusted_certificate',
    );
    expect(asked).toBe(0);
  });

  it.each([
    'https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-a.pem',
    'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a.pem',
  ])('asks at %s', async (url) => {
    expect(await check(message({ ...NOTIFICATION, SigningCertURL: url }))).toBe('admitted 1');
  });

  it('keeps the certificate, shares one request and holds made-up names back', async () => {
    let asked = 0;
    let now = CLOCK;
    const fetchText = () => {
      asked += 1;
      return Promise.resolve(good.cert);
    };
    const authenticate = createAuthenticator(settings, deps({ now: () => now, fetchText }));
    const send = async (fields: Fields): Promise<string> =>
      short(await authenticate(request({ body: message(fields) })));
    expect(await Promise.all([send(NOTIFICATION), send(NOTIFICATION), send(CONFIRMATION)])).toEqual(
      Array(3).fill('admitted 1'),
    );
    expect(asked).toBe(1);
    const verdicts: string[] = [];
    for (let i = 0; i < 25; i += 1) {
      verdicts.push(await send({ ...NOTIFICATION, SigningCertURL: URL_GOOD.replace('0123', `x${i}-`) }));
    }
    expect(asked).toBe(20);
    expect(verdicts.slice(19)).toEqual(Array(6).fill('key_source_down'));
    now += 60_000;
    expect(await send(NOTIFICATION)).toBe('admitted 1');
  });

  it('says when the certificate cannot be had, and asks again for the next message', async () => {
    let answers = [Promise.reject<string>(new Error('answered 503')), Promise.resolve(good.cert)];
    const fetchText = () => {
      const [next, ...rest] = answers;
      answers = rest;
      return next ?? Promise.resolve('');
    };
    const authenticate = createAuthenticator(settings, deps({ ...world, fetchText }));
    const raw = request({ body: message(NOTIFICATION) });
    expect(await authenticate(raw)).toMatchObject({
      cause: 'key_source_down',
      detail: 'the signing certificate cannot be had: answered 503',
    });
    expect(short(await authenticate(raw))).toBe('admitted 1');
  });

  it('refuses a certificate that is no RSA one, not valid now, or none', async () => {
    const body = message(NOTIFICATION);
    expect(await check(body, { fetchText: () => Promise.resolve(elliptic.cert) })).toBe(
      'untrusted_certificate',
    );
    expect(await check(body, { fetchText: () => Promise.resolve('no certificate') })).toBe('key_source_down');
    expect(await check(body, { now: () => NOW + 400 * 86_400_000_000 })).toBe('untrusted_certificate');
    expect(
      await judge(settings, request({ body }), { ...world, now: () => CLOCK - 3 * 86_400_000 }),
    ).toMatchObject({
      detail: 'the signing certificate is not valid at this time',
    });
  });
});
