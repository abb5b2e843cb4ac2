import { afterEach, describe, expect, it } from 'vitest';
import type { SettingsPatch } from '../../../src/simulator/settings.js';
import { AT_ONCE, startSim, type Answer, type Call, type SimClient } from './sim-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface IconClient extends SimClient {
  readonly icon: (path: string, call?: Call) => Promise<Answer>;
}

async function sim(settings: SettingsPatch = {}): Promise<IconClient> {
  const client = await startSim({ settings: { ...AT_ONCE, ...settings } });
  closers.push(() => client.close());
  const icon = (path: string, call: Call = {}): Promise<Answer> =>
    client.call(path, { ...call, headers: { 'x-api-key': 'icon-key', ...call.headers } });
  return { ...client, icon };
}

const TRIGGERS = ['/connect/v1/execute/async/workflows/w', '/connect/v1/workflows/w/events/execute'];
const POST = { method: 'POST', body: { a: 1 } };

describe('the InsightConnect persona', () => {
  it('validates keys, and asks for the organization where it is told to', async () => {
    const { icon, call } = await sim({ icon: { needsOrganization: true } });
    expect((await icon('/validate')).body).toEqual({ message: 'Authorized' });
    expect(await call('/validate')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    expect(await call('/connect/v1/jobs')).toMatchObject({ status: 401 });
    expect((await icon('/connect/v1/jobs')).status).toBe(400);
    expect((await icon('/connect/v1/jobs', { headers: { 'r7-organization-id': 'o' } })).status).toBe(200);
  });

  it.each(TRIGGERS)('takes an event at %s without a key, unless its box is ticked', async (path) => {
    const { call, icon, control } = await sim();
    const { status, body } = await call(path, POST);
    expect(status).toBe(202);
    expect(await icon(`/connect/v1/jobs/${body.jobId}`)).toMatchObject({
      status: 200,
      body: { data: { job: { job: { jobId: body.jobId, status: 'succeeded', stepErrorCount: 0 } } } },
    });
    await control('POST', 'config', { icon: { keyOnTrigger: true } });
    expect((await call(path, POST)).status).toBe(401);
    expect((await icon(path, POST)).status).toBe(202);
    expect((await call(path, { method: 'POST', body: '[]' })).status).toBe(401);
    expect((await icon(path, { method: 'POST', body: '[]' })).status).toBe(400);
  });

  it.each([
    [{ status: 200 }, 200, 1, { jobId: expect.any(String) }],
    [{ answer: 'empty' }, 202, 1, undefined],
    [{ answer: 'error', errorCode: 503 }, 202, 0, { error: expect.objectContaining({ errorCode: 503 }) }],
  ] as const)('answers as %j', async (settings, status, jobs, body) => {
    const { call, icon } = await sim({ icon: settings });
    const answer = await call(TRIGGERS[0] ?? '', POST);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(body);
    expect((await icon('/connect/v1/jobs')).body.data.meta).toEqual({ limit: 30, offset: 0, total: jobs });
  });

  it.each([
    ['unknown', 404],
    ['gone', 410],
    ['off', 202],
    ['on', 202],
  ])('answers for the workflow %s with %i', async (uid, status) => {
    const workflows = [
      { uid: 'on', name: 'On' },
      { uid: 'off', name: 'Off', active: false },
      { uid: 'gone', name: 'Gone', deleted: true },
    ];
    const { call, icon, control } = await sim({ workflows });
    const answer = await call(`/connect/v1/execute/async/workflows/${uid}`, POST);
    expect(answer.status).toBe(status);
    if (status !== 202) expect(answer.body.error.requestId).toMatch(/^[\da-f-]{36}$/);
    expect((await control('GET', 'state')).counts.jobs).toBe(uid === 'on' ? 1 : 0);
    expect((await icon('/connect/v2/workflows')).body.data.workflows).toMatchObject([
      { workflow: { workflowId: 'on', state: 'active' } },
      { workflow: { workflowId: 'off', state: 'inactive' } },
    ]);
  });

  it('lists jobs in both shapes, at most 30, by workflow, status and time', async () => {
    const { call, icon, control } = await sim();
    for (let i = 0; i < 31; i += 1) await call(TRIGGERS[0] ?? '', POST);
    await call('/connect/v1/execute/async/workflows/other', POST);
    const list = async (query: string) => (await icon(`/connect/v1/jobs?${query}`)).body.data;
    expect((await list('limit=100')).jobs).toHaveLength(30);
    expect(await list('offset=30&workflowId=w')).toMatchObject({
      jobs: [{ job: { workflowId: 'w' } }],
      meta: { total: 31 },
    });
    expect((await list('workflowId=other')).jobs).toHaveLength(1);
    expect((await list('status=failed')).jobs).toEqual([]);
    expect((await list(`startedFrom=${Date.now() + 60_000}`)).jobs).toEqual([]);
    expect((await list('startedInLastSeconds=60&limit=5')).jobs).toHaveLength(5);
    expect((await list(`finishedTo=${Date.now() - 60_000}`)).jobs).toEqual([]);
    await control('POST', 'config', { icon: { shape: 'flat' } });
    expect((await list('limit=1')).jobs[0]).toHaveProperty('jobId');
  });

  it('cancels a job that runs, and says in Goa’s words that one is not there', async () => {
    const { call, icon } = await sim({ outcomes: { waiting: 1 } });
    const { jobId } = (await call(TRIGGERS[0] ?? '', POST)).body;
    const cancel = (id: string) => icon(`/connect/v1/jobs/${id}/events/cancel`, { method: 'POST' });
    expect((await cancel(jobId)).body.data.job.job.status).toBe('cancelled');
    expect((await cancel(jobId)).status).toBe(400);
    for (const answer of [await cancel('nope'), await icon('/connect/v1/jobs/nope')]) {
      expect(answer).toMatchObject({
        status: 404,
        headers: { 'content-type': 'application/vnd.goa.error' },
        body: { name: 'not_found', temporary: false },
      });
    }
  });

  it.each([
    [{ kind: 'status', status: 429, headers: { 'retry-after': '3' } }, 429],
    [{ kind: 'no-job-id' }, 202],
    [{ kind: 'odd-job-id', jobId: 7 }, 202],
  ])('meets faults too: %j', async (fault, status) => {
    const { call, control } = await sim();
    await control('POST', 'faults', [{ match: { workflow: 'w' }, fault }]);
    const answer = await call(TRIGGERS[0] ?? '', POST);
    expect(answer.status).toBe(status);
    expect(answer.body?.jobId).toBe(fault.kind === 'odd-job-id' ? 7 : undefined);
  });
});
