import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../../../../src/model/source.js';
import { compileAuth } from '../../../../src/sources/compile-auth.js';
import { loadPresets } from '../../../../src/sources/load-presets.js';
import type { Preset } from '../../../../src/sources/preset.js';
import { deps, NOW, request, short } from './support.js';

// How each sender signs, written down a second time and with nothing of the bridge: what both get wrong must be wrong in
// its documentation too.

type Headers = Readonly<Record<string, string>>;

interface Sender {
  readonly preset: string;
  /** Which of the places where this sender may sign. */
  readonly name: string;
  /** The header that holds the signature. */
  readonly header: string;
  /** All headers for a body signed with this key at that time (Unix milliseconds). */
  readonly sign: (body: string, secret: string, at: number, encoding?: 'hex' | 'base64') => Headers;
  /** How far a request may be off, in seconds; `undefined` where no time is signed. */
  readonly tolerance?: number;
  /** The cause that is told then: where another place comes first, its own. */
  readonly stale?: string;
  readonly secret?: string;
  readonly body?: (at: number) => string;
}

const SECRET = 'an invented secret of 32 letters';
const WHSEC = `whsec_${Buffer.from(SECRET).toString('base64')}`;
const hmac = (text: string, secret: string | Buffer, encoding: 'hex' | 'base64'): string =>
  createHmac('sha256', secret).update(text).digest(encoding);
const seconds = (at: number): string => String(Math.floor(at / 1_000));
const rfc3339 = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '');

/** A signature of the body alone. */
const bare = (preset: string, header: string, own: 'hex' | 'base64', prefix = ''): Sender => ({
  preset,
  name: 'the body',
  header,
  sign: (body, secret, _, encoding = own) => ({ [header]: `${prefix}${hmac(body, secret, encoding)}` }),
});

const standard = (preset: string, prefix: string): Sender => ({
  preset,
  name: `${prefix}-*`,
  header: `${prefix}-signature`,
  tolerance: 300,
  secret: WHSEC,
  sign: (body, secret, at, encoding = 'base64') => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = hmac(`msg_1.${seconds(at)}.${body}`, key, encoding);
    return {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: seconds(at),
      [`${prefix}-signature`]: `v1,${signature}`,
    };
  },
});

const SENDERS: readonly Sender[] = [
  bare('bitbucket', 'x-hub-signature', 'hex', 'sha256='),
  bare('github', 'x-hub-signature-256', 'hex', 'sha256='),
  bare('grafana', 'x-grafana-alerting-signature', 'hex'),
  bare('insightidr', 'x-rapid7-signature', 'base64'),
  bare('jira', 'x-hub-signature', 'hex', 'sha256='),
  bare('pagerduty', 'x-pagerduty-signature', 'hex', 'v1='),
  bare('sentry', 'sentry-hook-signature', 'hex'),
  bare('splunk-observability', 'x-sfx-signature', 'base64'),
  {
    ...bare('linear', 'linear-signature', 'hex'),
    tolerance: 8 * 3_600,
    body: (at) => `{"action":"create","type":"Issue","webhookTimestamp":${at}}`,
  },
  {
    preset: 'slack',
    name: 'v0:timestamp:body',
    header: 'x-slack-signature',
    tolerance: 300,
    sign: (body, secret, at, encoding = 'hex') => ({
      'x-slack-request-timestamp': seconds(at),
      'x-slack-signature': `v0=${hmac(`v0:${seconds(at)}:${body}`, secret, encoding)}`,
    }),
  },
  {
    preset: 'zendesk',
    name: 'timestamp and body',
    header: 'x-zendesk-webhook-signature',
    tolerance: 300,
    sign: (body, secret, at, encoding = 'base64') => ({
      'x-zendesk-webhook-signature-timestamp': rfc3339(at),
      'x-zendesk-webhook-signature': hmac(`${rfc3339(at)}${body}`, secret, encoding),
    }),
  },
  {
    preset: 'crowdstrike',
    name: 'body and timestamp',
    header: 'x-cs-primary-signature',
    tolerance: 300,
    sign: (body, secret, at, encoding = 'base64') => ({
      'x-cs-delivery-timestamp': rfc3339(at),
      'x-cs-primary-signature': hmac(`${body}${rfc3339(at)}`, secret, encoding),
    }),
  },
  {
    preset: 'crowdstrike',
    name: 'timestamp and body',
    header: 'x-cs-primary-signature',
    tolerance: 300,
    stale: 'malformed',
    sign: (body, secret, at, encoding = 'hex') => ({
      'x-cs-delivery-timestamp': rfc3339(at),
      'x-cs-primary-signature': hmac(`${rfc3339(at)}${body}`, secret, encoding),
    }),
  },
  standard('standard-webhooks', 'webhook'),
  standard('standard-webhooks', 'svix'),
  standard('gitlab', 'webhook'),
];

const loaded = loadPresets('schemas');

function shipped(name: string): Preset {
  const found = loaded.ok ? loaded.library.get(name) : undefined;
  if (found === undefined) throw new Error(`${name} is not loaded`);
  return found;
}

/** `admitted 0`, or the cause. */
async function asked(
  name: string,
  secrets: readonly string[],
  body: string,
  headers: Headers,
): Promise<string> {
  const authenticate = compileAuth({ secrets }, shipped(name), deps());
  if (typeof authenticate !== 'function') throw new Error(JSON.stringify(authenticate));
  const admission: Admission = await authenticate(request({ headers, body }));
  return short(admission);
}

/** The last character but padding, changed to another of the same alphabet. */
function otherEnd(signature: string): string {
  return signature.replace(/[^=](=*)$/, (end) => `${end.startsWith('a') ? 'b' : 'a'}${end.slice(1)}`);
}

describe('every preset that signs', () => {
  it('has its sender here', () => {
    const names = loaded.ok ? loaded.library.names : [];
    const signing = names.filter((name) =>
      [shipped(name).auth, ...shipped(name).authAlso].some(
        (auth) => auth?.type === 'hmac' || auth?.type === 'standard-webhooks',
      ),
    );
    expect([...new Set(SENDERS.map((sender) => sender.preset))].sort()).toEqual(signing);
  });
});

describe.each(SENDERS)('$preset: $name', (sender) => {
  const { preset: name, header, sign, tolerance, stale = 'stale' } = sender;
  const secret = sender.secret ?? SECRET;
  const bodyAt = sender.body ?? (() => '{"id": "a1", "sev": 3}');
  const body = bodyAt(NOW);
  const headers = sign(body, secret, NOW);
  const signature = headers[header] ?? '';
  const ask = (sent: string, over: Headers = {}, secrets: readonly string[] = [secret]): Promise<string> =>
    asked(name, secrets, sent, { ...headers, ...over });

  it('is let in by its signature, and by either secret while one replaces the other', async () => {
    expect(await ask(body)).toBe('admitted 0');
    const other = sender.secret === undefined ? 'x'.repeat(32) : `whsec_${'QUFB'.repeat(8)}`;
    expect(await ask(body, {}, [other, secret])).toBe('admitted 1');
  });

  it('is refused with one byte of the body changed, or written anew', async () => {
    expect(await ask(body.replace('e', 'f'))).not.toMatch(/^admitted/);
    expect(await ask(`${body} `)).not.toMatch(/^admitted/);
  });

  it('is refused with a signature that is changed, cut, empty or missing', async () => {
    expect(await ask(body, { [header]: otherEnd(signature) })).not.toMatch(/^admitted/);
    expect(await ask(body, { [header]: signature.slice(0, -4) })).not.toMatch(/^admitted/);
    expect(await ask(body, { [header]: signature.slice(0, 10) })).not.toMatch(/^admitted/);
    expect(await ask(body, { [header]: '' })).not.toMatch(/^admitted/);
    const { [header]: _signature, ...rest } = headers;
    expect(await asked(name, [secret], body, rest)).toBe('missing');
  });

  it('is refused in the other encoding', async () => {
    const own = sign(body, secret, NOW);
    const encoding = own[header] === sign(body, secret, NOW, 'hex')[header] ? 'base64' : 'hex';
    expect(await asked(name, [secret], body, sign(body, secret, NOW, encoding))).not.toMatch(/^admitted/);
  });

  it('is refused with the signature of another secret', async () => {
    const other = sender.secret === undefined ? 'y'.repeat(32) : `whsec_${'QkJC'.repeat(8)}`;
    expect(await asked(name, [secret], body, sign(body, other, NOW))).not.toMatch(/^admitted/);
  });

  it.runIf(tolerance !== undefined)('is refused when it is too old or ahead of time', async () => {
    for (const [off, verdict] of [
      [(tolerance ?? 0) + 2, stale],
      [-(tolerance ?? 0) - 2, stale],
      [(tolerance ?? 0) - 2, 'admitted 0'],
    ] as const) {
      const at = NOW - off * 1_000;
      const sent = bodyAt(at);
      expect(await asked(name, [secret], sent, sign(sent, secret, at)), `${off} s`).toBe(verdict);
    }
  });
});
