import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAuthorize } from '../../../../src/ops/admin/authorize.js';
import { createFailedLogins } from '../../../../src/ops/admin/failed-logins.js';
import { createSessions, type KeptSessions } from '../../../../src/ops/console/sessions.js';

const TOKEN = { name: 'oncall', role: 'operator', token: 'right' } as const;
const SAME = { 'sec-fetch-site': 'same-origin' };

function request(headers: Readonly<Record<string, string>> = SAME): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers });
}

function world(): { sessions: KeptSessions; tokens: (typeof TOKEN)[]; later: (ms: number) => void } {
  let now = 1_000_000;
  const tokens = [TOKEN];
  const sessions = createSessions({
    authorize: () => createAuthorize(tokens),
    failedLogins: createFailedLogins(() => now),
    now: () => now,
  });
  return { sessions, tokens, later: (ms) => void (now += ms) };
}

function signedIn(sessions: KeptSessions): string {
  const asked = request();
  const response = new ServerResponse(asked);
  expect(sessions.signIn(asked, response, 'right')).toMatchObject({ name: 'oncall' });
  const header = String(response.getHeader('set-cookie'));
  expect(header).toMatch(/; HttpOnly; SameSite=Strict$/);
  return header.split(';')[0] ?? '';
}

describe('sessions', () => {
  it('know who signed in, and nobody else', () => {
    const { sessions } = world();
    const cookie = signedIn(sessions);
    expect(sessions.of(request({ cookie }))?.principal).toEqual({ name: 'oncall', role: 'operator' });
    expect(sessions.of(request({ cookie: 'bridge_session=' }))).toBeUndefined();
    expect(sessions.of(request({ cookie: 'bridge_session=guessed' }))).toBeUndefined();
    expect(sessions.of(request({}))).toBeUndefined();
  });

  it('end with a sign-out, with their time, and with their token', () => {
    const { sessions, tokens, later } = world();
    const first = signedIn(sessions);
    sessions.signOut(request({ cookie: first }), new ServerResponse(request()));
    expect(sessions.of(request({ cookie: first }))).toBeUndefined();
    const second = signedIn(sessions);
    tokens.length = 0;
    expect(sessions.of(request({ cookie: second }))).toBeUndefined();
    tokens.push(TOKEN);
    expect(sessions.of(request({ cookie: second }))).toBeDefined();
    later(13 * 3_600_000);
    expect(sessions.of(request({ cookie: second }))).toBeUndefined();
  });

  it.each([
    ['of this session and this origin', SAME, true, true],
    ['without its token', SAME, false, false],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, true, false],
    ['from another site of the same domain', { 'sec-fetch-site': 'same-site' }, true, false],
    ['that does not say from where', {}, true, false],
    ['with the right origin', { origin: 'http://ops.example:8081', host: 'ops.example:8081' }, true, true],
    ['with another origin', { origin: 'http://evil.example', host: 'ops.example:8081' }, true, false],
    ['with no real origin', { origin: 'null', host: 'ops.example:8081' }, true, false],
  ])('take a form %s: %j', (_, headers, withToken, expected) => {
    const { sessions } = world();
    const cookie = signedIn(sessions);
    const csrf = sessions.of(request({ cookie }))?.csrfToken ?? '';
    expect(csrf.length).toBeGreaterThan(20);
    expect(sessions.accepts(request({ cookie, ...headers }), withToken ? csrf : 'guessed')).toBe(expected);
  });

  it('do not count what another site makes a browser send', () => {
    const { sessions } = world();
    const elsewhere = { 'sec-fetch-site': 'cross-site' };
    for (let i = 0; i < 30; i += 1)
      expect(sessions.signIn(request(elsewhere), new ServerResponse(request()), 'right')).toBe('wrong');
    signedIn(sessions);
  });

  it('refuse even the right token after 20 wrong ones within a minute', () => {
    const { sessions, later } = world();
    const attempt = (token: string): unknown =>
      sessions.signIn(request(), new ServerResponse(request()), token);
    for (let i = 0; i < 20; i += 1) expect(attempt(`wrong ${i}`)).toBe('wrong');
    const last = new ServerResponse(request());
    expect(sessions.signIn(request(), last, 'right')).toBe('limit');
    expect(Number(last.getHeader('retry-after'))).toBeGreaterThan(0);
    expect(last.getHeader('set-cookie')).toBeUndefined();
    later(60_000);
    expect(attempt('right')).toMatchObject({ name: 'oncall' });
  });
});
