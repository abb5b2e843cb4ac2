import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../src/model/observation.js';
import { createHttpClient } from '../../../src/targets/komand/http-client.js';
import { classifyLogin, loginCall, type LoginOutcome } from '../../../src/targets/komand/login.js';
import { createRedact } from '../../../src/targets/komand/redact.js';
import { createSession, type Session, SessionUnavailable } from '../../../src/targets/komand/session.js';
import { jwt, startHttp, targetSettings } from './servers.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Rig {
  readonly session: Session;
  readonly clock: { now: number };
  readonly notices: Omit<Notice, 'kind'>[];
  /** Logins asked of Komand so far. */
  readonly logins: () => number;
}

/** A session whose logins end as told, the last way for ever. */
function rig(...outcomes: readonly LoginOutcome[]): Rig {
  const clock = { now: START };
  const notices: Omit<Notice, 'kind'>[] = [];
  let logins = 0;
  const session = createSession({
    async login() {
      logins += 1;
      const outcome = outcomes[Math.min(logins, outcomes.length) - 1];
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    },
    target: 'soar',
    password: 'pw',
    sessionMax: 10 * MINUTE,
    now: () => clock.now,
    notice: (notice) => notices.push(notice),
  });
  return { session, clock, notices, logins: () => logins };
}

const granted = (token: string): LoginOutcome => ({ kind: 'granted', token });
const REFUSED: LoginOutcome = { kind: 'refused', errorClass: 'auth', reason: 'wrong password' };
const DOWN: LoginOutcome = { kind: 'unavailable', errorClass: 'connection', reason: 'refused' };
const seconds = Math.floor(START / 1_000);

async function failureOf(session: Session): Promise<SessionUnavailable> {
  const error: unknown = await session.grant().catch((caught: unknown) => caught);
  if (error instanceof SessionUnavailable) return error;
  throw new Error('expected no session');
}

describe('a session', () => {
  it('logs in once for all who ask at the same time, and not again while the token lasts', async () => {
    const { session, clock, logins } = rig(granted(jwt({ iat: seconds, exp: seconds + 1_800 })));
    const grants = await Promise.all(Array.from({ length: 50 }, () => session.grant()));
    expect(new Set(grants).size).toBe(1);
    clock.now += 29 * MINUTE;
    await session.grant();
    expect(logins()).toBe(1);
  });

  it('logs in anew before the token ends', async () => {
    const { session, clock, logins } = rig(granted(jwt({ iat: seconds, exp: seconds + 1_800 })));
    await session.grant();
    clock.now += 30 * MINUTE - 29_000;
    expect(session.current()).toBeUndefined();
    await session.grant();
    expect(logins()).toBe(2);
  });

  it('keeps a token of unknown lifetime for the configured time', async () => {
    const { session, clock, logins } = rig(granted(jwt({ iat: seconds, exp: 123_455 })));
    await session.grant();
    clock.now += 10 * MINUTE - 1;
    await session.grant();
    expect(logins()).toBe(1);
    clock.now += 1;
    await session.grant();
    expect(logins()).toBe(2);
  });

  it('keeps a token when the clocks are hours apart', async () => {
    const behind = seconds - 7_200;
    const { session, clock, logins } = rig(granted(jwt({ iat: behind, exp: behind + 600 })));
    await session.grant();
    clock.now += 9 * MINUTE;
    await session.grant();
    expect(logins()).toBe(1);
  });

  it('renews once for all whose token was not accepted', async () => {
    const { session, logins } = rig(granted('one'), granted('two'));
    const first = await session.grant();
    const renewed = await Promise.all([1, 2, 3].map(() => session.renew(first)));
    expect(renewed.map((grant) => grant.token)).toEqual(['two', 'two', 'two']);
    expect((await session.renew(first)).token).toBe('two');
    expect(logins()).toBe(2);
  });

  it('waits 5 minutes after a refusal, doubling to 4 hours, and asks nobody meanwhile', async () => {
    const { session, clock, logins, notices } = rig(REFUSED);
    const waits: number[] = [];
    for (let i = 1; i <= 9; i += 1) {
      const failure = await failureOf(session);
      expect(failure.kind).toBe('refused');
      waits.push(failure.retryAfterMs / MINUTE);
      clock.now += failure.retryAfterMs - 1;
      expect((await failureOf(session)).retryAfterMs).toBe(1);
      expect(logins()).toBe(i);
      clock.now += 1;
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 240, 240, 240]);
    expect(notices.every(({ level, event }) => level === 'error' && event === 'session.refused')).toBe(true);
  });

  it('waits 1 second after an outage, doubling to a minute, and says so once', async () => {
    const { session, clock, notices } = rig(DOWN);
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const { retryAfterMs } = await failureOf(session);
      waits.push(retryAfterMs / 1_000);
      clock.now += retryAfterMs;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(notices).toHaveLength(1);
  });

  it('waits as long as Komand asks when that is longer', async () => {
    const { session } = rig({
      kind: 'unavailable',
      errorClass: 'http_429',
      reason: 'busy',
      retryAfterMs: 9 * MINUTE,
    });
    expect((await failureOf(session)).retryAfterMs).toBe(9 * MINUTE);
  });

  it('recovers when the time is over, and counts from the start again', async () => {
    const { session, clock, notices } = rig(REFUSED, granted('one'), REFUSED);
    await failureOf(session);
    expect(session.state()).toMatchObject({ kind: 'refused', reason: 'wrong password', failures: 1 });
    clock.now += 5 * MINUTE;
    const grant = await session.grant();
    expect(session.state()).toMatchObject({ kind: 'open' });
    expect(notices.at(-1)).toMatchObject({ level: 'info', event: 'session.opened' });
    const error: unknown = await session.renew(grant).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'refused', retryAfterMs: 5 * MINUTE });
  });

  it('recovers at once when it is reset', async () => {
    const { session } = rig(REFUSED, granted('one'));
    await failureOf(session);
    session.reset();
    expect((await session.grant()).token).toBe('one');
  });

  it('does not wait longer because the clock was set back', async () => {
    const { session, clock, logins } = rig(DOWN, granted('one'));
    await failureOf(session);
    clock.now -= HOUR;
    expect((await session.grant()).token).toBe('one');
    clock.now -= HOUR;
    await session.grant();
    expect(logins()).toBe(3);
  });

  it('tells neither token nor password', async () => {
    const { session, notices } = rig(granted('tok-1'));
    const { redact } = await session.grant();
    expect(JSON.stringify([session.state(), notices])).not.toMatch(/tok-1|pw/);
    expect(redact('pw and tok-1')).toBe('[redacted] and [redacted]');
  });
});

describe('a login', () => {
  it('posts the credentials as JSON and reads the token', async () => {
    let seen = '';
    const server = await startHttp((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers['content-type']} `;
      request.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      request.on('end', () => response.end('{"token":"t"}'));
    });
    const http = createHttpClient(targetSettings(server.url), () => '');
    const exchange = await http.call(loginCall('admin', 'p"w'));
    http.close();
    await server.close();
    expect(seen).toBe('POST /v2/sessions application/json {"user_name":"admin","user_secret":"p\\"w"}');
    expect(classifyLogin(exchange, createRedact([]), START)).toEqual(granted('t'));
  });

  const answer = (status: number, text: string, headers = {}) =>
    classifyLogin({ ok: true, answer: { status, headers, text } }, createRedact(['pw']), START);

  it.each([
    [200, '{"token":"t"}', 'granted'],
    [201, '{"token":"t"}', 'granted'],
    [200, '{"token":""}', 'unavailable bad_answer'],
    [200, '{"token":"a\\r\\nb"}', 'unavailable bad_answer'],
    [200, '<html>', 'unavailable bad_answer'],
    [200, '{"status":"ACCESS_DENIED"}', 'refused auth'],
    [302, '', 'unavailable redirect'],
    [400, '{}', 'refused auth'],
    [401, '{}', 'refused auth'],
    [403, '{"status":"ACCESS_DENIED"}', 'refused auth'],
    [404, '', 'refused auth'],
    [408, '', 'unavailable http_4xx'],
    [429, '', 'unavailable http_429'],
    [500, '', 'unavailable http_5xx'],
    [503, '<html>', 'unavailable http_5xx'],
  ])('answered with %i %s is %s', (status, text, expected) => {
    const outcome = answer(status, text);
    expect(outcome.kind === 'granted' ? outcome.kind : `${outcome.kind} ${outcome.errorClass}`).toBe(
      expected,
    );
  });

  it('without an answer is unavailable', () => {
    const failure = {
      stage: 'connect',
      errorClass: 'dns',
      code: 'ENOTFOUND',
      reason: 'no such host',
    } as const;
    expect(classifyLogin({ ok: false, failure }, createRedact([]), START)).toEqual({
      kind: 'unavailable',
      errorClass: 'dns',
      reason: 'no such host',
    });
  });

  it('says what Komand said, without the password, and how long to wait', () => {
    expect(answer(401, '{"message":"pw is wrong"}')).toMatchObject({
      reason: 'the login was answered with 401: [redacted] is wrong',
    });
    expect(answer(503, '', { 'retry-after': '9' })).toMatchObject({ retryAfterMs: 9_000 });
  });
});
