import { afterEach, describe, expect, it } from 'vitest';
import type { TargetSettings } from '../../../src/model/settings.js';
import type { SettingsPatch } from '../../../src/simulator/settings.js';
import { startSimulator } from '../../../src/simulator/start-simulator.js';
import { createKomandTarget, type KomandTarget } from '../../../src/targets/komand/target.js';
import { waitUntil } from '../../support/wait-until.js';
import { makeCertificates } from '../targets/certificates.js';
import { targetSettings } from '../targets/servers.js';
import { AT_ONCE, startSim, type SimClient } from './sim-client.js';

/** Our own client against the simulator: what the pipeline sees of it. */
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function sim(settings: SettingsPatch = AT_ONCE): Promise<SimClient> {
  const client = await startSim({ settings });
  closers.push(() => client.close());
  return client;
}

function target(url: string, over: Partial<TargetSettings> = {}, ca = ''): KomandTarget {
  const settings = targetSettings(url, { username: 'bridge', password: 'komand', ...over });
  const made = createKomandTarget(settings, { observe: () => undefined, readFile: () => ca });
  closers.push(() => made.close());
  return made;
}

function event(body: string, kind: 'workflow' | 'trigger' = 'workflow') {
  return { endpoint: { kind, id: 'w-1' }, body, signal: new AbortController().signal } as const;
}

describe('our Komand target and the simulator', () => {
  it.each(['bearer', 'cookie'] as const)('deliver an event and follow its job (%s)', async (tokenAs) => {
    const { simulator } = await sim({
      jobDelayMs: [30, 30],
      jobDurationMs: [30, 30],
      outcomes: { failed: 1 },
    });
    const soar = target(simulator.url, { tokenAs });
    const outcome = await soar.send(event('{"a":1}'));
    expect(outcome).toMatchObject({ kind: 'delivered', message: 'event published to queue' });
    const jobId = outcome.kind === 'delivered' ? (outcome.jobId ?? '') : '';
    const ended = await waitUntil('the end of the job', async () => {
      const job = await soar.job(jobId);
      return job?.endedAt === undefined ? undefined : job;
    });
    expect(ended).toMatchObject({
      status: 'failed',
      failedStep: 'Step_1',
      rerunnable: true,
      startMessage: { a: 1 },
    });
    expect(await soar.jobs({ limit: 5, offset: 0 })).toMatchObject([
      { jobId, workflowId: 'w-1', status: 'failed' },
    ]);
    expect(await soar.jobSteps(jobId)).toHaveLength(2);
  });

  it('read every list, and say which permissions the login has', async () => {
    const { simulator } = await sim();
    const soar = target(simulator.url);
    expect(await soar.login()).toMatchObject({ kind: 'open', permissions: expect.arrayContaining(['APP']) });
    expect(await soar.send(event('{}', 'trigger'))).toMatchObject({ kind: 'delivered' });
    await soar.send(event('{}'));
    expect(await soar.workflows()).toMatchObject([{ id: 'w-1' }]);
    expect(await soar.users()).toMatchObject([
      { id: '1', name: 'bridge', role: 'administrator' },
      { inactive: true },
    ]);
    for (const thing of [...(await soar.connections()), ...(await soar.plugins())]) {
      expect([thing.id, thing.name, thing.type].every((text) => text !== '')).toBe(true);
    }
  });

  it.each([
    ['reset-after-accept', {}, { kind: 'ambiguous', reached: 'sent_no_answer' }, 1],
    ['reset-before-accept', {}, { kind: 'ambiguous', reached: 'sent_no_answer' }, 0],
    ['truncate', {}, { kind: 'ambiguous', errorClass: 'bad_answer' }, 1],
    ['garbage', {}, { kind: 'ambiguous', errorClass: 'bad_answer' }, 1],
    ['no-job-id', {}, { kind: 'ambiguous', errorClass: 'bad_answer' }, 1],
    ['silence-after-accept', {}, { kind: 'ambiguous', errorClass: 'timeout' }, 1],
    ['hang', {}, { kind: 'ambiguous', errorClass: 'timeout' }, 0],
    ['gzip-bomb', {}, { kind: 'ambiguous', errorClass: 'bad_answer' }, 1],
    ['huge-body', {}, { kind: 'ambiguous', errorClass: 'bad_answer' }, 1],
    ['wrong-content-type', {}, { kind: 'delivered' }, 1],
    ['login-html', {}, { kind: 'route-broken', errorClass: 'bad_answer' }, 0],
    ['redirect', {}, { kind: 'route-broken', errorClass: 'redirect' }, 0],
    ['access-denied', {}, { kind: 'route-broken', errorClass: 'permission' }, 0],
    ['status', { status: 500 }, { kind: 'retry', errorClass: 'http_5xx' }, 0],
    ['status', { status: 429, headers: { 'retry-after': '9' } }, { kind: 'retry', retryAfterMs: 9_000 }, 0],
    ['revoke', {}, { kind: 'delivered' }, 1],
  ])('see %s %j as it is', async (kind, fault, outcome, jobs) => {
    const client = await sim();
    const soar = target(client.simulator.url, {
      timeout: kind === 'hang' || kind.startsWith('silence') ? 200 : 5_000,
    });
    await soar.login();
    const match = { workflow: 'w-1', times: 1 };
    await client.control('POST', 'faults', [{ match, fault: { kind, ...fault } }]);
    expect(await soar.send(event('{"a":1}'))).toMatchObject(outcome);
    expect(await soar.jobs({ limit: 5, offset: 0 })).toHaveLength(jobs);
  });

  it('log in once when many sends at once meet revoked tokens', async () => {
    const client = await sim();
    const soar = target(client.simulator.url, { concurrency: 40 });
    await soar.login();
    await client.control('POST', 'revoke');
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => soar.send(event(`{"i":${i}}`))));
    expect(outcomes.every(({ kind }) => kind === 'delivered')).toBe(true);
    expect(await client.control('GET', 'ledger/summary')).toMatchObject({
      logins: 2,
      jobs: 40,
      bodies_with_several_jobs: 0,
    });
  });

  it('speak TLS', async () => {
    const certificates = makeCertificates();
    closers.push(() => certificates.remove());
    const simulator = await startSimulator({ settings: AT_ONCE, tls: certificates.good });
    closers.push(() => simulator.close());
    expect(simulator.url).toMatch(/^https:/);
    const tls = { caFile: 'ca.pem', insecureSkipVerify: false };
    const soar = target(simulator.url, { tls }, certificates.good.cert);
    expect(await soar.send(event('{}'))).toMatchObject({ kind: 'delivered' });
    expect(await target(simulator.url).send(event('{}'))).toMatchObject({
      kind: 'target-down',
      errorClass: 'tls',
    });
  });

  it('part at once when the simulator ends with a call unanswered', async () => {
    const client = await sim();
    const soar = target(client.simulator.url);
    await soar.login();
    await client.control('POST', 'faults', [
      { match: { workflow: 'w-1' }, fault: { kind: 'silence-after-accept' } },
    ]);
    const sending = soar.send(event('{}'));
    await waitUntil('the event', async () => (await client.control('GET', 'state')).counts.accepted === 1);
    await client.simulator.close();
    closers.splice(0, 1);
    expect(await sending).toMatchObject({ kind: 'ambiguous', reached: 'sent_no_answer' });
  });
});
