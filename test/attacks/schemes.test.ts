import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestListener, type TestListener } from '../support/public-listener.js';
import { requestText } from '../support/raw-http.js';
import { JSON_TYPE } from './requests.js';
import { compileYaml, sourcesFromYaml } from './sources-from-yaml.js';

const KEY = 'an invented key of 32 characters';
const OLD_KEY = 'the key before, as long as that!';
const whsec = (key: string): string => `whsec_${Buffer.from(key).toString('base64')}`;
const ROUTES = 'map: raw, routes: [{ workflow: w }]';
const SOURCES = `
  webhooks: { preset: standard-webhooks, auth: { secrets: ["${whsec(KEY)}"] }, ${ROUTES} }
  rotating: { preset: standard-webhooks, auth: { secrets: ["${whsec(KEY)}", "${whsec(OLD_KEY)}"] }, ${ROUTES} }
  tokens: { preset: generic, auth: { secrets: ["a-secret-token-of-some-length"] }, ${ROUTES} }
  github: { preset: github, auth: { secrets: ["a-secret-of-some-length"] }, ${ROUTES} }
`;

let on: TestListener;
/** The bridge's clock is so far ahead of the senders', in milliseconds. */
let skew = 0;
let made = 0;

beforeAll(async () => {
  on = await startTestListener(sourcesFromYaml(SOURCES, { now: () => Date.now() + skew }));
});
afterAll(() => on.listener.close());
beforeEach(() => {
  on.seen.length = 0;
});

const mac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64');
const seconds = (offset = 0): string => String(Math.floor(Date.now() / 1_000) + offset);
const fresh = (): string => `{"type":"t","timestamp":"2026-01-01T00:00:00Z","data":{"n":${(made += 1)}}}`;

interface Parts {
  readonly source?: string;
  readonly id?: string;
  readonly at?: string;
  readonly body?: string;
  readonly key?: string;
  readonly version?: string;
  /** In place of the header made of the rest. */
  readonly signatures?: readonly string[];
  /** What is signed, in place of `id.at.body`. */
  readonly over?: string;
}

/** The answer to a request signed by the Standard Webhooks rules, as far as `parts` do not bend them. */
async function post(
  parts: Parts = {},
): Promise<{ status: number | undefined; body: string; cause: string; detail: string }> {
  const { source = 'webhooks', id = `msg_${(made += 1)}`, at = seconds(), body = fresh(), key = KEY } = parts;
  const signature = `${parts.version ?? 'v1'},${mac(key, parts.over ?? `${id}.${at}.${body}`)}`;
  const headers = [
    JSON_TYPE,
    `webhook-id: ${id}`,
    `webhook-timestamp: ${at}`,
    ...(parts.signatures ?? [signature]).map((each) => `webhook-signature: ${each}`),
  ];
  const before = on.requests().length;
  const { answers } = await on.raw(requestText(`/hooks/${source}`, body, headers));
  const told = on.requests()[before];
  const { cause = '', detail = '' } = told?.refusal ?? {};
  return { status: answers[0]?.status, body: answers[0]?.body ?? '', cause, detail };
}

const DENIED = '"code":"unauthorized"';

async function denied(parts: Parts, cause: string): Promise<void> {
  const before = on.store.arrivals.length;
  const answer = await post(parts);
  expect([answer.status, answer.cause]).toEqual([401, cause]);
  expect(answer.body).toContain(DENIED);
  expect(answer.body).not.toContain(cause);
  expect(on.store.arrivals).toHaveLength(before);
  expect((await post()).status).toBe(202);
}

describe('signatures with an id and a time', () => {
  it('S-3: an empty v1, is none', async () => {
    await denied({ signatures: ['v1,'] }, 'malformed');
    await denied({ signatures: ['v1'] }, 'malformed');
    const [id, at, body] = ['msg_cut', seconds(), fresh()];
    const whole = `v1,${mac(KEY, `${id}.${at}.${body}`)}`;
    for (const length of [4, 20, whole.length - 4])
      await denied({ id, at, body, signatures: [whole.slice(0, length)] }, 'malformed');
  });

  it.each([
    ['six minutes old', seconds(-360), 'stale'],
    ['six minutes ahead', seconds(360), 'stale'],
    ['NaN', 'NaN', 'malformed'],
    ['1e30', '1e30', 'malformed'],
    ['1e9', '1e9', 'malformed'],
    ['negative', '-1', 'malformed'],
    ['in milliseconds', String(Date.now()), 'malformed'],
    ['zero', '0', 'stale'],
    ['hex', `0x${Math.floor(Date.now() / 1_000).toString(16)}`, 'malformed'],
    ['of digits of another script', Buffer.from('١٧٠٠٠٠٠٠٠٠').toString('latin1'), 'malformed'],
    ['very long', '9'.repeat(400), 'malformed'],
  ])('S-7: a time that is %s', async (_title, at, cause) => {
    await denied({ at }, cause);
  });

  it.each([
    ['sha1= in place of v1', ['sha1=0123456789abcdef0123456789abcdef01234567']],
    ['none', ['none,']],
    ['v0', [`v0,${mac(KEY, 'x')}`]],
    ['v1a made with the HMAC key', [`v1a,${mac(KEY, 'x')}`]],
    ['v2', [`v2,${mac(KEY, 'x')}`]],
  ])('S-10: %s', async (_title, signatures) => {
    const answer = await post({ signatures });
    expect(answer.status).toBe(401);
    expect(['wrong_algorithm', 'malformed']).toContain(answer.cause);
  });

  it('S-10: the right MAC under another name counts for nothing', async () => {
    for (const version of ['v0', 'v1a', 'v2', 'V1', 'none', 'sha256', ''])
      await denied({ version }, version === '' || version === 'none' ? 'malformed' : anyCause(version));
  });

  it('S-10: SHA-1 where SHA-256 is configured', async () => {
    const body = '{"action":"opened"}';
    const sha1 = createHmac('sha1', 'a-secret-of-some-length').update(body).digest('hex');
    for (const header of [
      `X-Hub-Signature: sha1=${sha1}`,
      `X-Hub-Signature-256: sha1=${sha1}`,
      `X-Hub-Signature-256: ${sha1}`,
    ]) {
      const { answers } = await on.raw(
        requestText('/hooks/github', body, [JSON_TYPE, header, 'X-GitHub-Event: issues']),
      );
      expect(answers[0]?.status, header).toBe(401);
    }
  });

  it('S-11: one good entry in a list passes, two headers and more than 20 entries do not', async () => {
    const [id, at, body] = ['msg_list', seconds(), fresh()];
    const good = `v1,${mac(KEY, `${id}.${at}.${body}`)}`;
    const wrong = `v1,${mac('x', 'x')}`;
    expect((await post({ id, at, body, signatures: [`${wrong} v2,AAAA ${good}`] })).status).toBe(202);
    await denied({ id, at, body, signatures: [good, good] }, 'malformed');
    await denied({ id, at, body, signatures: [`${`${wrong} `.repeat(20)}${good}`] }, 'malformed');
  });

  it('S-12: the case of header names and white space around values do not matter, within them they do', async () => {
    const [id, at, body] = ['msg_case', seconds(), fresh()];
    const signature = `v1,${mac(KEY, `${id}.${at}.${body}`)}`;
    const ask = async (lines: readonly string[]): Promise<number | undefined> =>
      (await on.raw(requestText('/hooks/webhooks', body, [JSON_TYPE, ...lines]))).answers[0]?.status;
    const [ids, times] = [`WEBHOOK-ID:   ${id}  `, `Webhook-Timestamp:\t${at}\t`];
    expect(await ask([ids, times, `WebHook-Signature: ${signature}`])).toBe(202);
    for (const wrong of [
      signature.toUpperCase(),
      signature.toLowerCase(),
      signature.replace(',', ', '),
      signature.slice(0, 9) + ' ' + signature.slice(9),
    ])
      expect(await ask([ids, times, `webhook-signature: ${wrong}`]), wrong).toBe(401);
    expect(await ask([`webhook-id: ${id.toUpperCase()}`, times, `webhook-signature: ${signature}`])).toBe(
      401,
    );
  });

  it('S-13: an id with a dot cannot move the line between id, time and body', async () => {
    const [at, body] = [seconds(), fresh()];
    // The same signed text, read as another id and another body
    await denied({ id: `msg.${at}`, at, body, over: `msg.${at}.${at}.${body}` }, 'malformed');
    await denied({ id: 'a.b', at, body }, 'malformed');
  });

  it('S-16: during a rotation both keys pass and each is counted, after it the old one does not', async () => {
    expect((await post({ source: 'rotating', key: OLD_KEY })).status).toBe(202);
    expect((await post({ source: 'rotating' })).status).toBe(202);
    expect(on.requests().map(({ secretIndex }) => secretIndex)).toEqual([1, 0]);
    await denied({ key: OLD_KEY }, 'wrong_secret');
  });

  it('S-20: with a clock ten minutes wrong it is refused, and the operator is told by how much', async () => {
    for (const [wrong, sentence] of [
      [600_000, /is (599|600|601) s old, 300 s are allowed/],
      [-600_000, /is (599|600|601) s ahead of this clock/],
    ] as const) {
      skew = wrong;
      const answer = await post();
      expect([answer.status, answer.cause]).toEqual([401, 'stale']);
      expect(answer.detail).toMatch(sentence);
    }
    skew = 0;
    expect((await post()).status).toBe(202);
  });
});

describe('a source without a secret', () => {
  it.each([
    ['with no auth', '  open: { preset: generic }'],
    ['with an empty list', '  open: { preset: generic, auth: { secrets: [] } }'],
    ['with an empty secret', '  open: { preset: generic, auth: { secrets: [""] } }'],
    ['with one empty secret of two', '  open: { preset: github, auth: { secrets: ["a-good-one", ""] } }'],
    [
      'with a secret that is no base64',
      '  open: { preset: standard-webhooks, auth: { secrets: ["whsec_"] } }',
    ],
    ['with null', '  open: { preset: generic, auth: { secrets: null } }'],
    ['with auth: null', '  open: { preset: generic, auth: null }'],
  ])('S-9: %s is refused at the start', (_title, text) => {
    const { sources, faults } = compileYaml(text);
    expect(sources).toEqual([]);
    expect(faults).toContain('/sources/open');
  });

  it('S-9: every preset that has secrets refuses to go without', () => {
    const names = [
      'splunk',
      'jira',
      'slack',
      'github',
      'gitlab',
      'alertmanager',
      'pagerduty',
      'grafana',
      'sentry',
    ];
    for (const name of names)
      expect(compileYaml(`  open: { preset: ${name} }`).faults, name).toContain('/sources/open');
  });
});

describe('what an answer gives away', () => {
  it('S-15: the time of a refusal does not depend on how much of a signature was right', async () => {
    const [source] = sourcesFromYaml(SOURCES).filter(({ name }) => name === 'tokens');
    const secret = 'a-secret-token-of-some-length';
    const given = (token: string) => ({
      id: 'req_1',
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      repeatedHeaders: new Set<string>(),
      query: new URLSearchParams(),
      pathToken: undefined,
      body: Buffer.from('{}'),
      remoteAddress: '192.0.2.1',
      clientCertificate: undefined,
      receivedAt: 0,
    });
    const near = given(`${secret.slice(0, -1)}X`);
    const far = given(`X${secret.slice(1)}`);
    const times: Record<'near' | 'far' | 'again', number[]> = { near: [], far: [], again: [] };
    for (let i = 0; i < 10_000; i += 1)
      for (const [kind, request] of [
        ['near', near],
        ['far', far],
        ['again', near],
      ] as const) {
        const started = process.hrtime.bigint();
        const admission = await source?.authenticate(request);
        times[kind].push(Number(process.hrtime.bigint() - started));
        if (admission?.ok !== false) throw new Error('it was let in');
      }
    const [a, b, c] = [median(times.near), median(times.far), median(times.again)];
    // The noise is what the same request differs from itself by; 5 % of the whole are never less than that
    const noise = Math.max(3 * Math.abs(a - c), 0.05 * a);
    expect(Math.abs(a - b), `${a} ns near, ${b} ns far, ${c} ns near again`).toBeLessThanOrEqual(noise);
  });

  it('S-17: an unknown source is told in the same form as a bad secret, and takes no longer', async () => {
    const ask = (source: string) =>
      on.raw(requestText(`/hooks/${source}`, '{}', [JSON_TYPE, 'Authorization: Bearer wrong']));
    const [unknown] = (await ask('nobody')).answers;
    const [bad] = (await ask('tokens')).answers;
    expect([unknown?.status, bad?.status]).toEqual([404, 401]);
    // The body of an unknown source is not read, so its connection ends
    const ofConnection = ['connection', 'keep-alive'];
    const names = (answer: typeof bad) =>
      Object.keys(answer?.headers ?? {})
        .filter((name) => !ofConnection.includes(name))
        .sort();
    expect(names(unknown)).toEqual(names(bad));
    const members = (text = '') => Object.keys(JSON.parse(text) as object);
    expect(members(unknown?.body)).toEqual(members(bad?.body));
    const times: Record<'unknown' | 'bad' | 'again', number[]> = { unknown: [], bad: [], again: [] };
    for (let i = 0; i < 200; i += 1)
      for (const [kind, source] of [
        ['unknown', 'nobody'],
        ['bad', 'tokens'],
        ['again', 'nobody'],
      ] as const) {
        const started = performance.now();
        await ask(source);
        times[kind].push(performance.now() - started);
      }
    const [a, b, c] = [median(times.unknown), median(times.bad), median(times.again)];
    // Over a socket: a difference that a stranger could use would be milliseconds
    const noise = Math.max(2, 3 * Math.abs(a - c), a / 2);
    expect(Math.abs(a - b), `${a} ms unknown, ${b} ms bad, ${c} ms unknown again`).toBeLessThan(noise);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function anyCause(version: string): string {
  return /^(?:v\d+[a-z]?|sha\d+)$/i.test(version) ? 'wrong_algorithm' : 'malformed';
}
