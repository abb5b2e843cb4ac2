import { afterEach, describe, expect, it } from 'vitest';
import type { SettingsPatch } from '../../../src/simulator/settings.js';
import type { SimulatorOptions } from '../../../src/simulator/start-simulator.js';
import { AT_ONCE, startSim, type SimClient } from './sim-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function sim(settings: SettingsPatch = AT_ONCE, options: SimulatorOptions = {}): Promise<SimClient> {
  const client = await startSim({ settings, ...options });
  closers.push(() => client.close());
  return client;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const DENIED = {
  message: 'checkpermission: You do not have the right permissions to access this resource',
  status: 'ACCESS_DENIED',
};

function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('logging in', () => {
  it.each([undefined, 'application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'takes JSON sent as %s',
    async (type) => {
      const { call } = await sim();
      const headers = type === undefined ? {} : { 'content-type': type };
      const body = { user_name: 'bridge', user_secret: 'komand' };
      const { status, body: answer } = await call('/v2/sessions', { method: 'POST', body, headers });
      expect(status).toBe(200);
      expect(claims(answer.token)).toMatchObject({ sub: 'bridge', perms: expect.arrayContaining(['APP']) });
    },
  );

  it.each([
    ['normal', (exp: unknown, iat: number) => exp === iat + 60],
    ['missing', (exp: unknown) => exp === undefined],
    ['before-iat', (exp: unknown, iat: number) => Number(exp) < iat],
  ] as const)('says of the end of a token: %s', async (tokenExp, right) => {
    const { login } = await sim({ tokenExp, tokenTtlMs: 60_000 }, { clock: () => 1_700_000_000_000 });
    const { exp, iat } = claims(await login());
    expect(right(exp, Number(iat))).toBe(true);
  });

  it.each([400, 401, 403] as const)('refuses a wrong password with %i', async (loginFailure) => {
    const { call } = await sim({ loginFailure });
    for (const body of [
      { user_name: 'bridge', user_secret: 'x' },
      'user_name=bridge',
      [],
      'null',
      undefined,
    ]) {
      expect((await call('/v2/sessions', { method: 'POST', body })).status).toBe(loginFailure);
    }
  });

  it('locks the account where it is told to, until a reset', async () => {
    const client = await sim({ lockAfter: 2 });
    for (let i = 0; i < 2; i += 1) await client.call('/v2/sessions', { method: 'POST', body: {} });
    expect(await client.login()).toBeUndefined();
    await client.control('POST', 'reset');
    expect(await client.login()).toMatch(/^eyJ/);
  });
});

describe('who may call', () => {
  it.each([
    ['empty-401', 401, 'application/json', {}],
    ['html-401', 401, 'text/html; charset=utf-8', undefined],
    ['denied-401', 401, 'application/json', DENIED],
    ['denied-403', 403, 'application/json', DENIED],
    ['denied-200', 200, 'application/json', DENIED],
  ] as const)('refuses without a token: %s', async (authFailure, status, type, body) => {
    const { call } = await sim({ authFailure });
    for (const headers of [
      {},
      { authorization: 'Bearer x' },
      { authorization: 'Basic x' },
      { cookie: 'jwt=x' },
    ]) {
      const answer = await call('/v2/jobs', { headers });
      expect(answer).toMatchObject({ status, headers: { 'content-type': type } });
      expect(answer.body).toEqual(body);
    }
  });

  it('takes the token as Bearer and as a cookie, and for triggers none where they are open', async () => {
    const client = await sim({ triggerAuth: false });
    const token = await client.login();
    expect((await client.call('/v2/jobs', { token })).status).toBe(200);
    expect((await client.call('/v2/jobs', { headers: { cookie: `a=b; jwt=${token}` } })).status).toBe(200);
    expect((await client.call('/v2/trigger/t/events', { method: 'POST', body: {} })).status).toBe(200);
    expect((await client.call('/v2/workflows/t/events', { method: 'POST', body: {} })).status).toBe(401);
  });

  it('ends a token by its clock, and by revocation', async () => {
    let now = 1_700_000_000_000;
    const client = await sim({ tokenTtlMs: 2_000 }, { clock: () => now });
    const token = await client.login();
    const other = await client.login();
    expect(other).not.toBe(token);
    now += 1_999;
    expect((await client.call('/v2/jobs', { token })).status).toBe(200);
    now += 1;
    expect((await client.call('/v2/jobs', { token })).status).toBe(401);
    const fresh = await client.login();
    await client.control('POST', 'revoke');
    expect((await client.call('/v2/jobs', { token: fresh })).status).toBe(401);
  });
});

describe('an event', () => {
  it('starts a job with an id of the server, and is read back digit for digit', async () => {
    const client = await sim();
    const token = await client.login();
    const text = '{"n":12345678901234567890, "u":"\u00e4\\u0000", "job_id":"123123"}';
    const path = '/v2/workflows/5822ae2c-d784-11e8-9f8b-f2801f1b9fd1/events';
    const { status, body } = await client.call(path, { method: 'POST', token, body: text });
    expect(status).toBe(200);
    expect(body.job_id).toMatch(UUID);
    expect(body).toEqual({
      job_id: body.job_id,
      job_url: `http://127.0.0.1:8000/jobs/details/${body.job_id}`,
      message: 'event published to queue',
    });
    const job = await client.call(`/v2/jobs/${body.job_id}`, { token });
    expect(job.text).toContain(`"$start_message":${text}`);
    expect(job.body).toMatchObject({
      job_id: body.job_id,
      workflow_uid: '5822ae2c-d784-11e8-9f8b-f2801f1b9fd1',
      status: 'succeeded',
      type: 'active',
      errors: null,
      context: { data: { $id: body.job_id, Step_1: { $success: true } }, stack: [{ loop_index: -1 }] },
    });
  });

  it.each(['', '{', '[]', '[{"a":1}]', '"a"', 'null'])('is refused when it is %j', async (body) => {
    const client = await sim();
    const token = await client.login();
    for (const path of ['/v2/workflows/w/events', '/v2/trigger/t/events']) {
      expect((await client.call(path, { method: 'POST', token, body })).status).toBe(400);
    }
    expect((await client.control('GET', 'state')).counts).toMatchObject({ posts: 2, accepted: 0, jobs: 0 });
  });

  it('is refused when it is too large', async () => {
    const client = await sim({ maxBodyBytes: 100 });
    const token = await client.login();
    const post = (size: number) =>
      client.call('/v2/workflows/w/events', { method: 'POST', token, body: { a: 'x'.repeat(size) } });
    expect((await post(92)).status).toBe(200);
    expect((await post(93)).status).toBe(413);
  });

  it.each([
    ['404', 404, 0],
    ['400', 400, 0],
    ['accept', 200, 1],
  ] as const)('of an unknown or inactive workflow: %s', async (answer, status, accepted) => {
    const workflows = [
      { uid: 'on', name: 'On' },
      { uid: 'off', name: 'Off', active: false },
    ];
    const client = await sim({ ...AT_ONCE, workflows, unknownWorkflow: answer, inactiveWorkflow: answer });
    const token = await client.login();
    for (const uid of ['off', 'unknown']) {
      expect(
        (await client.call(`/v2/workflows/${uid}/events`, { method: 'POST', token, body: {} })).status,
      ).toBe(status);
    }
    expect((await client.control('GET', 'state')).counts).toMatchObject({ accepted: accepted * 2, jobs: 0 });
    expect((await client.call('/v2/jobs', { token })).body).toEqual({ jobs: [] });
    expect((await client.call('/v2/workflows/on/events', { method: 'POST', token, body: {} })).status).toBe(
      200,
    );
    expect((await client.call('/v2/jobs', { token })).body.jobs).toMatchObject([
      { workflow_uid: 'on', name: 'On' },
    ]);
  });

  it.each([
    [[0, 0], 0],
    [[1, 1], 1],
    [[3, 3], 3],
  ] as const)('of a trigger starts %j jobs and names none', async (triggerFanOut, count) => {
    const client = await sim({ ...AT_ONCE, triggerFanOut });
    const token = await client.login();
    const answer = await client.call('/v2/trigger/t/events', { method: 'POST', token, body: {} });
    expect(answer.body).toEqual({ message: 'trigger event published to queue' });
    expect((await client.call('/v2/jobs', { token })).body.jobs).toHaveLength(count);
  });

  it('of a trigger starts every active workflow that has it', async () => {
    const workflows = [
      { uid: 'a', name: 'A', triggerId: 't' },
      { uid: 'b', name: 'B', triggerId: 't' },
      { uid: 'c', name: 'C', triggerId: 't', active: false },
      { uid: 'd', name: 'D', triggerId: 'u' },
    ];
    const client = await sim({ ...AT_ONCE, workflows });
    const token = await client.login();
    await client.call('/v2/trigger/t/events', { method: 'POST', token, body: {} });
    const { jobs } = (await client.call('/v2/jobs', { token })).body;
    expect(jobs.map((job: { workflow_uid: string }) => job.workflow_uid).toSorted()).toEqual(['a', 'b']);
  });
});

describe('a job', () => {
  it('appears, runs and ends by the clock alone', async () => {
    let now = 1_700_000_000_000;
    const settings = {
      jobDelayMs: [500, 500],
      jobDurationMs: [1_000, 1_000],
      outcomes: { failed: 1 },
    } as const;
    const client = await sim(settings, { clock: () => now });
    const token = await client.login();
    const { job_id } = (await client.call('/v2/workflows/w/events', { method: 'POST', token, body: {} }))
      .body;
    const at = async (ms: number) => {
      now = 1_700_000_000_000 + ms;
      const { status, body } = await client.call(`/v2/jobs/${job_id}`, { token });
      const listed = (await client.call('/v2/jobs', { token })).body.jobs.length;
      return [status, body.status, body.ended_at, listed];
    };
    expect(await at(499)).toEqual([404, 'NOT_FOUND', undefined, 0]);
    expect(await at(500)).toEqual([200, 'queued', '0001-01-01T00:00:00Z', 1]);
    expect(await at(700)).toEqual([200, 'running', '0001-01-01T00:00:00Z', 1]);
    expect(await at(1_500)).toEqual([200, 'failed', '2023-11-14T22:13:21Z', 1]);
    expect((await client.call(`/v2/jobs/${job_id}`, { token })).body).toMatchObject({
      failed_step_id: 1_855_707,
      failed_step_name: 'Step_1',
      is_rerunnable: true,
      errors: null,
      created_at: '2023-11-14T22:13:20Z',
      time_spent: 0.8,
      context: {
        data: {
          Step_1: { $success: false },
          $created_at: expect.stringMatching(/^2023-11-14T22:13:20\.5\d{8}Z$/),
        },
      },
    });
    expect((await client.call(`/v2/jobs/${job_id}/steps`, { token })).body).toMatchObject([
      { name: 'Workflow_w', status: 'succeeded' },
      { name: 'Step_1', status: 'failed' },
    ]);
  });

  it.each(['succeeded', 'failed', 'dismissed', 'cancelled', 'retried', 'a word nobody knows'])(
    'ends %s',
    async (word) => {
      const client = await sim({ ...AT_ONCE, outcomes: { [word]: 1 } });
      const token = await client.login();
      const { job_id } = (await client.call('/v2/workflows/w/events', { method: 'POST', token, body: {} }))
        .body;
      const { status, group_id } = (await client.call(`/v2/jobs/${job_id}`, { token })).body;
      expect(status).toBe(word);
      const { jobs } = (await client.call('/v2/jobs', { token })).body;
      expect(jobs.map((job: { group_id: string; status: string }) => [job.group_id, job.status])).toEqual(
        word === 'retried'
          ? [
              [group_id, 'succeeded'],
              [group_id, 'retried'],
            ]
          : [[group_id, word]],
      );
    },
  );

  it.each([
    ['stuck', 'queued'],
    ['waiting', 'waiting'],
  ])('stays %s for ever until a person ends it', async (outcome, word) => {
    let now = 1_700_000_000_000;
    const client = await sim({ ...AT_ONCE, outcomes: { [outcome]: 1 } }, { clock: () => now });
    const token = await client.login();
    const { job_id } = (await client.call('/v2/workflows/w/events', { method: 'POST', token, body: {} }))
      .body;
    now += 20 * 60_000;
    expect((await client.call(`/v2/jobs/${job_id}`, { token })).body.status).toBe(word);
    await client.control('POST', `jobs/${job_id}`, { outcome: 'dismissed' });
    expect((await client.call(`/v2/jobs/${job_id}`, { token })).body.status).toBe('dismissed');
  });

  it('has odd times where it is told to, and the chosen code while it is not known', async () => {
    const client = await sim({ ...AT_ONCE, oddTimes: true, unknownJob: 400 });
    const token = await client.login();
    const { job_id } = (await client.call('/v2/workflows/w/events', { method: 'POST', token, body: {} }))
      .body;
    const job = (await client.call(`/v2/jobs/${job_id}`, { token })).body;
    expect(job.ended_at).toBe('0001-01-01T00:00:00Z');
    expect(job.updated_at < job.created_at).toBe(true);
    expect((await client.call('/v2/jobs/nope', { token })).status).toBe(400);
    expect((await client.call('/v2/jobs/nope/steps', { token })).status).toBe(400);
  });

  it('has a page for people that shows an event and runs none of it', async () => {
    const client = await sim();
    const token = await client.login();
    const body = { a: '</pre><script>alert(1)</script>' };
    const { job_id } = (await client.call('/v2/workflows/w/events', { method: 'POST', token, body })).body;
    const page = await client.call(`/jobs/details/${job_id}`);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&lt;/pre&gt;&lt;script&gt;');
    expect((await client.call('/')).text).toContain(`/jobs/details/${job_id}`);
    expect((await client.call('/jobs/details/nope')).status).toBe(404);
  });
});

describe('the lists', () => {
  it('give jobs newest first, by status and page, and everything without a limit', async () => {
    const client = await sim({ ...AT_ONCE, outcomes: { succeeded: 1, failed: 1 } });
    const token = await client.login();
    const ids: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      ids.unshift(
        (await client.call('/v2/workflows/w/events', { method: 'POST', token, body: { i } })).body.job_id,
      );
    }
    const list = async (query: string): Promise<{ job_id: string; status: string }[]> =>
      (await client.call(`/v2/jobs${query}`, { token })).body.jobs;
    const idsOf = (jobs: { job_id: string }[]): string[] => jobs.map((job) => job.job_id);
    expect(idsOf(await list(''))).toEqual(ids);
    const order = 'desc=created_at&desc=job_id';
    expect(idsOf(await list(`?${order}&limit=4&offset=3`))).toEqual(ids.slice(3, 7));
    expect(await list(`?${order}&limit=4&offset=30`)).toEqual([]);
    const failed = await list(`?status=failed&${order}&limit=50&offset=0`);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every((job) => job.status === 'failed')).toBe(true);
    expect(failed.length + (await list('?status=succeeded')).length).toBe(30);
  });

  it('carry what a job is about only where they are told to', async () => {
    const client = await sim();
    const token = await client.login();
    await client.call('/v2/workflows/w/events', { method: 'POST', token, body: { a: 1 } });
    expect((await client.call('/v2/jobs', { token })).body.jobs[0]).not.toHaveProperty('context');
    await client.control('POST', 'config', { listContext: true });
    expect((await client.call('/v2/jobs', { token })).body.jobs[0].context.data.$start_message).toEqual({
      a: 1,
    });
  });

  it('give workflows, users, connections and plugins', async () => {
    const workflows = [
      { uid: 'a', name: 'A' },
      { uid: 'b', name: 'B', active: false },
    ];
    const client = await sim({ workflows });
    const token = await client.login();
    const get = async (path: string) => (await client.call(path, { token })).body;
    expect(await get('/v2/workflows?status=active&minimum=true')).toEqual({
      workflows: [{ name: 'A', workflow_uid: 'a' }],
    });
    expect((await get('/v2/workflows/')).workflows).toMatchObject([
      { name: 'A', steps: [{}, {}] },
      { name: 'B' },
    ]);
    expect((await get('/v2/users')).users[0]).toMatchObject({
      user_name: 'bridge',
      role: { name: 'administrator' },
    });
    expect((await get('/v2/connections')).connections.length).toBeGreaterThan(0);
    expect((await get('/v2/plugins')).plugins.length).toBeGreaterThan(0);
  });

  it.each(['/v2', '/v2/nope', '/v2/jobs/a/b', '/v2/workflows/a/b/c', '/v2/workflows/a', '/nope', '/v2/%zz'])(
    'are not at %s',
    async (path) => {
      const client = await sim();
      const token = await client.login();
      expect((await client.call(path, { token })).status).toBe(404);
    },
  );
});
