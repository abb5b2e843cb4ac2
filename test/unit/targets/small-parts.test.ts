import { describe, expect, it } from 'vitest';
import { readJob, readList, readTime } from '../../../src/targets/komand/komand-job.js';
import { readUser } from '../../../src/targets/komand/komand-records.js';
import { createRedact, excerpt } from '../../../src/targets/komand/redact.js';
import { retryAfterMs } from '../../../src/targets/komand/retry-after.js';
import { isUsableToken, readClaims, usableFor } from '../../../src/targets/komand/token.js';
import { jwt } from './servers.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['5', 5_000],
    [' 5 ', 5_000],
    ['0', 1_000],
    ['1000000000000', 3_600_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2099 00:00:00 GMT', 3_600_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 1_000],
    ['-1', undefined],
    ['1e12', undefined],
    ['abc', undefined],
    ['', undefined],
    ['2026-01-01T00:00:30Z', undefined],
  ])('%j means %j ms', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, NOW)).toBe(expected);
  });

  it('is read against the clock of whoever answered', () => {
    const headers = { 'retry-after': 'Thu, 01 Jan 2026 02:00:10 GMT', date: 'Thu, 01 Jan 2026 02:00:00 GMT' };
    expect(retryAfterMs(headers, NOW)).toBe(10_000);
  });
});

describe('a redactor', () => {
  const redact = createRedact(['s3cr"et/1', 'tok.abc']);
  it.each([
    ['a secret as it is', 'x s3cr"et/1 y', 'x [redacted] y'],
    ['a secret inside JSON', '{"p":"s3cr\\"et/1"}', '{"p":"[redacted]"}'],
    ['a secret in a URL', '/?p=s3cr%22et%2F1', '/?p=[redacted]'],
    ['a secret in base 64', Buffer.from('s3cr"et/1').toString('base64'), '[redacted]'],
    [
      'any bearer token',
      'Authorization header was Bearer abc123.def',
      'Authorization header was Bearer [redacted]',
    ],
    ['an Authorization field', '{"authorization": "Basic dXNlcjpwYXNz"}', '{"authorization": [redacted]}'],
    ['any JWT', `got ${jwt({ sub: 'x' })}!`, 'got [redacted]!'],
    ['a cookie', 'Cookie: jwt=abc; path=/', 'Cookie: [redacted]; path=/'],
    ['no sentence about authentication', 'basic authentication required', 'basic authentication required'],
  ])('masks %s', (_title, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('masks a secret across the edge of the excerpt whole', () => {
    const text = `${'x'.repeat(2_044)}tok.abc${'y'.repeat(9_000)}`;
    expect(excerpt(text, redact)).not.toContain('tok');
  });

  it('never cuts a character in half', () => {
    expect(excerpt('€'.repeat(2_000), redact)).toBe('€'.repeat(682));
  });
});

describe('a token', () => {
  it('lasts by its own two times, whatever our clock says, less a margin', () => {
    const claims = readClaims(jwt({ iat: 1_000, exp: 2_800 }));
    expect(usableFor(claims, NOW, 1)).toBe(1_800_000 - 30_000);
    expect(usableFor(readClaims(jwt({ iat: 1_000, exp: 1_002 })), NOW, 1)).toBe(1_800);
  });

  it('lasts as configured when its times cannot be believed', () => {
    const unknown = [
      {},
      { iat: 1_540_453_818, exp: 123_455 },
      { exp: 123_455 },
      { exp: 'soon' },
      { iat: 5, exp: 5 },
    ];
    for (const claims of unknown) expect(usableFor(readClaims(jwt(claims)), NOW, 77)).toBe(77);
    expect(usableFor(readClaims('not a jwt'), NOW, 77)).toBe(77);
  });

  it('tells its permissions, or that it does not', () => {
    expect(readClaims(jwt({ perms: ['APP', 7, 'USER_MANAGER'] })).permissions).toEqual([
      'APP',
      'USER_MANAGER',
    ]);
    expect(readClaims(jwt({ perms: null })).permissions).toBeUndefined();
  });

  it('must fit into a header', () => {
    expect(isUsableToken('abc.def')).toBe(true);
    for (const bad of ['', 'a b', 'a\r\nx: y', 'ä', 'x'.repeat(8_193)])
      expect(isUsableToken(bad)).toBe(false);
  });
});

describe('what Komand lists', () => {
  it('has no time where Go has its zero time', () => {
    expect(readTime('0001-01-01T00:00:00Z')).toBeUndefined();
    expect(readTime('2018-10-24T11:36:17.632193167Z')).toBe(Date.parse('2018-10-24T11:36:17.632Z'));
    for (const bad of [null, 5, '', 'soon']) expect(readTime(bad)).toBeUndefined();
  });

  it('reads a job and keeps what it does not know', () => {
    const raw = {
      job_id: 'j',
      status: 'quantum',
      workflow_uid: 'w',
      group_id: 'g',
      name: 'n',
      created_at: '2018-10-24T11:36:17Z',
      ended_at: '0001-01-01T00:00:00Z',
      failed_step_name: 'Step_1',
      is_rerunnable: true,
      errors: null,
      context: { data: { $start_message: { Parameter: 48_284 } } },
    };
    expect(readJob(raw)).toEqual({
      jobId: 'j',
      status: 'quantum',
      workflowId: 'w',
      groupId: 'g',
      name: 'n',
      createdAt: Date.parse('2018-10-24T11:36:17Z'),
      failedStep: 'Step_1',
      rerunnable: true,
      startMessage: { Parameter: 48_284 },
      raw,
    });
    expect(readJob({ job_id: 9 })).toMatchObject({ jobId: '9', status: 'unknown', workflowId: '' });
    for (const none of [{}, { job_id: null }, [], null, 'x', undefined])
      expect(readJob(none)).toBeUndefined();
  });

  it('is a list alone or under its name, null where Go had nothing', () => {
    expect(readList({ jobs: [{ a: 1 }, 2, null] }, 'jobs')).toEqual([{ a: 1 }]);
    expect(readList([{ a: 1 }], 'jobs')).toEqual([{ a: 1 }]);
    expect(readList({ jobs: null }, 'jobs')).toEqual([]);
    expect(readList(null, 'jobs')).toEqual([]);
    expect(readList({}, 'jobs')).toBeUndefined();
    expect(readList('x', 'jobs')).toBeUndefined();
  });

  it('reads a user with what is missing left empty', () => {
    expect(
      readUser({ user_id: 1, user_name: 'komand', first_name: 'Komand', last_name: 'Admin' }),
    ).toMatchObject({
      id: '1',
      name: 'komand',
      fullName: 'Komand Admin',
      email: '',
      inactive: false,
    });
  });
});
