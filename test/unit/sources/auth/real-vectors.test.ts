import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AuthSettings, WrittenAuth } from '../../../../src/model/auth-settings.js';
import { completeAuth } from '../../../../src/sources/auth/check-auth.js';
import { loadPresets } from '../../../../src/sources/load-presets.js';
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

/** Who signs in which header: the presets that ship, each with its own settings. */
const PRESETS: Readonly<Record<string, readonly string[]>> = {
  'x-pagerduty-signature': ['pagerduty'],
  'x-hub-signature-256': ['github'],
  'x-hub-signature': ['jira', 'bitbucket'],
  'webhook-signature': ['standard-webhooks'],
  'x-slack-signature': ['slack'],
  'x-zendesk-webhook-signature': ['zendesk'],
};
/** A sender without a preset, configured by hand. */
const WRITTEN: Readonly<Record<string, WrittenAuth>> = {
  'x-razorpay-signature': { type: 'hmac', header: 'X-Razorpay-Signature' },
};

const vectors = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as readonly Vector[]) : [];
const loaded = loadPresets('schemas');
const cases = vectors.flatMap((vector) => {
  const header = headerOf(vector);
  return (PRESETS[header] ?? ['no preset']).map((preset) => ({ id: vector.id, preset, header, vector }));
});

function headerOf({ id, headers }: Vector): string {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const header = names.find((name) => name in PRESETS || name in WRITTEN);
  if (header === undefined) throw new Error(`nobody knows who signs ${id}`);
  return header;
}

function configured(vector: Vector, preset: string, header: string): AuthSettings {
  const written = (loaded.ok ? loaded.library.get(preset)?.auth : undefined) ?? WRITTEN[header];
  // One of the vectors stands for the algorithm alone: its time is no RFC 3339
  const unix = Object.values(vector.headers).includes('1234');
  const auth: WrittenAuth = {
    ...written,
    ...(unix ? { timestamp: { ...written?.timestamp, format: 'unix-s' } } : {}),
    secrets: [vector.publicKey ?? vector.secret ?? ''],
  };
  const completed = completeAuth(auth, undefined);
  if (!('ok' in completed)) throw new Error(`${vector.id}: ${JSON.stringify(completed)}`);
  return completed.settings;
}

function clockOf({ at = 1_234 }: Vector): number {
  return typeof at === 'number' ? at * 1_000 : Date.parse(at);
}

describe.skipIf(vectors.length === 0)('vectors of real senders (skipped without ../shared/payloads)', () => {
  it('has those of every scheme', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(12);
    expect(new Set(cases.map((each) => each.header)).size).toBe(7);
  });

  describe.each(cases)('$id, $preset', ({ vector, preset, header }) => {
    const settings = configured(vector, preset, header);
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
