import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AT_ONCE, startSim, type SimClient } from './sim-client.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function sim(options: Parameters<typeof startSim>[0] = {}): Promise<SimClient> {
  const client = await startSim({ settings: AT_ONCE, ...options });
  closers.push(() => client.close());
  return client;
}

async function post(client: SimClient, token: string, body: unknown): Promise<string> {
  return (await client.call('/v2/workflows/w/events', { method: 'POST', token, body })).body.job_id;
}

describe('the ledger', () => {
  it('has every request, whole, and no secret', async () => {
    const client = await sim();
    const token = await client.login();
    const jobId = await post(client, token, '{ "a": 1 }');
    await client.call('/validate', { headers: { 'x-api-key': 'icon-key', cookie: `jwt=${token}` } });
    const { entries, next, dropped } = await client.control('GET', 'ledger');
    expect([next, dropped]).toEqual([3, 0]);
    expect(entries).toMatchObject([
      {
        seq: 1,
        method: 'POST',
        path: '/v2/sessions',
        status: 200,
        accepted: false,
        job_ids: [],
        body: '[hidden]',
      },
      {
        seq: 2,
        path: '/v2/workflows/w/events',
        status: 200,
        accepted: true,
        job_ids: [jobId],
        body: '{ "a": 1 }',
        sha256: createHash('sha256').update('{ "a": 1 }').digest('hex'),
        headers: { authorization: expect.stringMatching(/^sha256:[\da-f]{16}$/) },
      },
      { seq: 3, path: '/validate', status: 200 },
    ]);
    const all = JSON.stringify(entries) + JSON.stringify(await client.control('GET', 'state'));
    for (const secret of [token, 'icon-key', '"komand"']) expect(all).not.toContain(secret);
  });

  it('is read page by page, also as lines', async () => {
    const client = await sim();
    const token = await client.login();
    for (let i = 0; i < 4; i += 1) await post(client, token, { i });
    const first = await client.control('GET', 'ledger?limit=2');
    const second = await client.control('GET', `ledger?limit=2&since=${first.next}`);
    const lines = (await client.call(`/__sim/ledger?since=${second.next}&format=jsonl`)).text
      .trimEnd()
      .split('\n');
    const numbers = [...first.entries, ...second.entries, ...lines.map((line) => JSON.parse(line))].map(
      ({ seq }) => seq,
    );
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expect(await client.control('GET', 'ledger?since=5')).toEqual({ entries: [], next: 5, dropped: 0 });
    expect((await client.call('/__sim/ledger?since=x')).status).toBe(400);
  });

  it('counts, and names the bodies that came or ran twice', async () => {
    const client = await sim();
    const token = await client.login();
    await client.control('POST', 'faults', [
      { match: { workflow: 'w', nth: 1 }, fault: { kind: 'reset-after-accept' } },
      { match: { workflow: 'w', nth: 3 }, fault: { kind: 'duplicate-jobs' } },
    ]);
    await post(client, token, { a: 1 }).catch(() => undefined);
    await post(client, token, { a: 1 });
    await post(client, token, { b: 1 });
    await post(client, token, { c: 1 });
    await client.call('/v2/sessions', { method: 'POST', body: {} });
    expect(await client.control('GET', 'ledger/summary')).toMatchObject({
      requests: 6,
      logins: 1,
      logins_refused: 1,
      posts: 4,
      accepted: 4,
      jobs: 5,
      by_status: { 200: 4, 401: 1, none: 1 },
      accepted_without_answer: 1,
      bodies: 3,
      bodies_repeated: 2,
      bodies_with_several_jobs: 2,
      repeated: [
        {
          sha256: createHash('sha256').update('{"a":1}').digest('hex'),
          posts: 2,
          accepted: 2,
          job_ids: [expect.any(String), expect.any(String)],
        },
        { posts: 1, accepted: 1, job_ids: [expect.any(String), expect.any(String)] },
      ],
    });
  });

  it('forgets the oldest beyond its limits, and says how many', async () => {
    const client = await sim({ maxLedger: 3, maxJobs: 2 });
    const token = await client.login();
    const ids: string[] = [];
    for (let i = 0; i < 4; i += 1) ids.push(await post(client, token, { i }));
    const { entries, dropped } = await client.control('GET', 'ledger');
    expect([entries.map((entry: { seq: number }) => entry.seq), dropped]).toEqual([[3, 4, 5], 2]);
    const known = await Promise.all(
      ids.map(async (id) => (await client.call(`/v2/jobs/${id}`, { token })).status),
    );
    expect(known).toEqual([404, 404, 200, 200]);
    expect((await client.control('GET', 'state')).counts).toMatchObject({ requests: 9, jobs: 4 });
  });

  it('forgets the oldest beyond its bytes', async () => {
    const client = await sim({ maxLedgerBytes: 20_000 });
    const token = await client.login();
    for (let i = 0; i < 4; i += 1) await post(client, token, { i, text: 'x'.repeat(8_000) });
    expect((await client.control('GET', 'ledger')).entries).toHaveLength(2);
  });
});

describe('the switches', () => {
  it('change alone and together, and a wrong one changes nothing', async () => {
    const client = await sim();
    await client.control('POST', 'config', { authFailure: 'denied-403', icon: { status: 200 } });
    const refused = await client.call('/__sim/config', {
      method: 'POST',
      body: { oddTimes: true, authFailure: 'x' },
    });
    expect(refused.status).toBe(400);
    const { settings } = await client.control('GET', 'state');
    expect(settings).toMatchObject({
      authFailure: 'denied-403',
      oddTimes: false,
      icon: { status: 200, answer: 'job-id' },
    });
  });

  it.each([
    [{ nope: 1 }],
    [{ jobDelayMs: [2, 1] }],
    [{ jobDelayMs: [1] }],
    [{ outcomes: {} }],
    [{ outcomes: { succeeded: -1 } }],
    [{ workflows: [{ name: 'x' }] }],
    [{ user: 1 }],
    [{ icon: { status: 201 } }],
    [[]],
    ['{'],
  ])('refuse %j', async (body) => {
    const { call } = await sim();
    expect((await call('/__sim/config', { method: 'POST', body })).status).toBe(400);
  });

  it('move the clock', async () => {
    const client = await sim({ clock: () => 1_700_000_000_000 });
    const token = await client.login();
    await client.control('POST', 'config', { clockOffsetMs: 3_600_000 });
    expect((await client.call('/v2/jobs', { token })).status).toBe(401);
    const claims = JSON.parse(
      Buffer.from((await client.login()).split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims.iat).toBe(1_700_003_600);
  });
});

describe('the controls', () => {
  it('are not for web pages, and say what there is', async () => {
    const { call } = await sim();
    const headers = { origin: 'http://evil.example.com' };
    expect((await call('/__sim/reset', { method: 'POST', headers })).status).toBe(403);
    const unknown = await call('/__sim/nope');
    expect(unknown.status).toBe(404);
    expect(unknown.body.message).toContain('GET ledger');
  });

  it('show every accepted job, whether it can be seen or not', async () => {
    const client = await sim({ settings: { jobDelayMs: [60_000, 60_000], outcomes: { failed: 1 } } });
    const token = await client.login();
    const ids = [await post(client, token, { a: 1 }), await post(client, token, { a: 2 })];
    const { entries, next } = await client.control('GET', 'jobs');
    expect(next).toBe(2);
    expect(entries).toMatchObject(ids.map((job_id) => ({ job_id, visible: false, outcome: 'failed' })));
    expect((await client.control('GET', 'jobs?since=1')).entries).toHaveLength(1);
    const end = (path: string, body: unknown) => client.call(`/__sim/jobs/${path}`, { method: 'POST', body });
    expect((await end('nope', { outcome: 'x' })).status).toBe(404);
    expect((await end(ids[0] ?? '', {})).status).toBe(400);
  });
});

describe('the seed', () => {
  async function run(client: SimClient): Promise<unknown> {
    const token = await client.login();
    for (let i = 0; i < 40; i += 1) await post(client, token, { i });
    const { entries } = await client.control('GET', 'jobs');
    return entries.map((job: Record<string, number>) => [
      job['job_id'],
      job['outcome'],
      Number(job['appears_at']) - Number(job['accepted_at']),
      Number(job['ends_at']) - Number(job['appears_at']),
    ]);
  }

  it('settles ids, delays and outcomes, also after a reset', async () => {
    const settings = { outcomes: { succeeded: 1, failed: 1 } };
    const [one, same, other] = await Promise.all([7, 7, 8].map((seed) => sim({ seed, settings })));
    const first = await run(one!);
    expect(await run(same!)).toEqual(first);
    expect(await run(other!)).not.toEqual(first);
    await other!.control('POST', 'reset', { seed: 7 });
    expect((await other!.control('GET', 'state')).counts).toMatchObject({ requests: 0, posts: 0 });
    expect(await run(other!)).toEqual(first);
  });

  it('is by chance where none is given', async () => {
    const [one, other] = await Promise.all([sim({ seed: 'chance' }), sim({ seed: 'chance' })]);
    expect(one.simulator.seed).not.toBe(other.simulator.seed);
  });
});

describe('the state file', () => {
  it('brings jobs back, and new ones get new ids', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'simulator-'));
    closers.push(() => rmSync(dir, { recursive: true }));
    const options = { settings: AT_ONCE, stateFile: join(dir, 'jobs.jsonl') };
    const first = await startSim({ ...options, seed: 5 });
    const ids = [
      await post(first, await first.login(), { a: 1 }),
      await post(first, await first.login(), { a: 2 }),
    ];
    await first.control('POST', `jobs/${ids[0]}`, { outcome: 'dismissed' });
    await first.close();
    // What a kill in the middle of a line leaves behind
    appendFileSync(options.stateFile, '{"n":2,"id":"cut');

    const second = await startSim({ ...options, seed: 'chance' });
    closers.push(() => second.close());
    expect(second.simulator.seed).toBe(5);
    const token = await second.login();
    const { jobs } = (await second.call('/v2/jobs', { token })).body;
    expect(jobs).toMatchObject([
      { job_id: ids[1], status: 'succeeded' },
      { job_id: ids[0], status: 'dismissed' },
    ]);
    expect((await second.call(`/v2/jobs/${ids[1]}`, { token })).body.context.data.$start_message).toEqual({
      a: 2,
    });
    expect(ids).not.toContain(await post(second, token, { a: 3 }));
    await second.control('POST', 'reset');
    expect((await second.call('/v2/jobs', { token: await second.login() })).body).toEqual({ jobs: [] });
  });
});
