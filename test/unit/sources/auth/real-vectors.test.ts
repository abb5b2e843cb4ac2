import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AuthSettings, WrittenAuth } from '../../../../src/model/auth-settings.js';
import { completeAuth } from '../../../../src/sources/auth/check-auth.js';
import { request, verdict } from './support.js';

/** Signatures that real senders made or documented; not part of the repository. */
const FILE = '../shared/payloads/signature-vectors.json';

interface Vector {
  readonly id: string;
  readonly secret?: string;
  readonly publicKey?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at?: number | string;
  readonly valid: boolean;
}

/** How each sender is configured, by the header it signs in. */
const WRITTEN: Readonly<Record<string, WrittenAuth>> = {
  'x-pagerduty-signature': { type: 'hmac', header: 'X-PagerDuty-Signature', format: 'list', prefix: 'v1' },
  'x-hub-signature-256': { type: 'hmac', header: 'X-Hub-Signature-256', format: 'prefix' },
  'x-hub-signature': { type: 'hmac', header: 'X-Hub-Signature', format: 'prefix' },
  'x-razorpay-signature': { type: 'hmac', header: 'X-Razorpay-Signature' },
  'webhook-signature': { type: 'standard-webhooks' },
  'x-slack-signature': {
    type: 'hmac',
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    signed: 'v0:{timestamp}:{body}',
    timestamp: { name: 'X-Slack-Request-Timestamp' },
  },
  'x-zendesk-webhook-signature': {
    type: 'hmac',
    header: 'X-Zendesk-Webhook-Signature',
    encoding: 'base64',
    signed: '{timestamp}{body}',
    timestamp: { name: 'X-Zendesk-Webhook-Signature-Timestamp', format: 'rfc3339' },
  },
};

const vectors = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as readonly Vector[]) : [];

function configured(vector: Vector): { readonly header: string; readonly settings: AuthSettings } {
  const header = Object.keys(vector.headers)
    .map((name) => name.toLowerCase())
    .find((name) => name in WRITTEN);
  const written = WRITTEN[header ?? ''];
  // One of the vectors stands for the algorithm alone: its time is no RFC 3339
  const unix = Object.values(vector.headers).includes('1234');
  const auth: WrittenAuth = {
    ...written,
    ...(unix ? { timestamp: { ...written?.timestamp, format: 'unix-s' } } : {}),
    secrets: [vector.publicKey ?? vector.secret ?? ''],
  };
  const completed = completeAuth(auth, undefined);
  if (header === undefined || !('ok' in completed))
    throw new Error(`${vector.id}: ${JSON.stringify(completed)}`);
  return { header, settings: completed.settings };
}

function clockOf({ at = 1_234 }: Vector): number {
  return typeof at === 'number' ? at * 1_000 : Date.parse(at);
}

describe.skipIf(vectors.length === 0)('vectors of real senders (skipped without ../shared/payloads)', () => {
  it('has those of every scheme', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(12);
  });

  describe.each(vectors.map((vector) => ({ ...vector, vector })))('$id', ({ vector }) => {
    const { header, settings } = configured(vector);
    const now = () => clockOf(vector);
    const { headers, body } = vector;
    const name = Object.keys(headers).find((each) => each.toLowerCase() === header) ?? header;
    const signature = headers[name] ?? '';
    const truncated = signature
      .split(' ')
      .map((entry) => entry.slice(0, -4))
      .join(' ');
    const check = (over: Record<string, string>, each = settings, sent = body, clock = now) =>
      verdict(each, request({ headers: { ...headers, ...over }, body: sent }), { now: clock });

    it(vector.valid ? 'is let in' : 'is refused', async () => {
      expect(await check({})).toBe(vector.valid ? 'admitted 0' : 'wrong_secret');
    });

    it.runIf(vector.valid)('is refused once anything is changed', async () => {
      const other = settings.type === 'standard-webhooks' ? `whsec_${'QUFB'.repeat(8)}` : 'x';
      expect(await check({}, settings, `${body} `)).toMatch(/wrong_secret|reserialised_body/);
      expect(await check({}, settings, body.replace(/.$/s, '\u0001'))).toBe('wrong_secret');
      expect(await check({ [name]: truncated })).not.toMatch(/admitted/);
      expect(await check({ [name]: '' })).toBe('missing');
      if ('secrets' in settings) {
        expect(await check({}, { ...settings, secrets: [other] })).toMatch(/wrong_secret|wrong_algorithm/);
        expect(await check({}, { ...settings, secrets: [other, ...settings.secrets] })).toBe('admitted 1');
      }
      if (settings.type === 'hmac') {
        const encoding = settings.encoding === 'hex' ? 'base64' : 'hex';
        expect(await check({}, { ...settings, encoding })).toBe('wrong_encoding');
      }
    });

    it.runIf(vector.valid && vector.at !== undefined)('is refused 5 min later and 5 min before', async () => {
      expect(await check({}, settings, body, () => now() + 301_000)).toBe('stale');
      expect(await check({}, settings, body, () => now() - 301_000)).toBe('stale');
    });
  });
});
