import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellStatus } from '../../../src/queue/process-status.js';
import { OPERATOR, openTestOps, type TestOps } from '../../support/open-test-ops.js';
import { PREFIX } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

/** A console in a process that delivers nothing shows what the workers of the others see. */
describe('the console without a worker of its own', () => {
  let redis: TestRedis;
  let ops: TestOps;
  beforeAll(async () => {
    redis = await startRedis();
    ops = await openTestOps(redis.url);
  });
  afterAll(async () => {
    await ops.close();
    await redis.close();
  });

  it('says that a target is away and a route is paused, as long as somebody tells it', async () => {
    const signedIn = await request(ops.url)
      .post('/login')
      .set('sec-fetch-site', 'same-origin')
      .type('form')
      .send({ token: OPERATOR.token, next: '/' });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
    const overview = async (): Promise<string> => (await request(ops.url).get('/').set({ cookie })).text;
    expect(await overview()).not.toContain('is away');
    const telling = tellStatus({
      client: ops.store.client,
      prefix: PREFIX,
      instance: 'a-worker',
      facts: () => ({
        targets: {
          soar: { circuit: { state: 'open', reason: 'connection refused' }, login: { kind: 'none' } },
        },
        pauses: [{ source: 'alerts', route: 'main', reason: 'the workflow is not there' }],
      }),
    });
    const told = await waitUntil('the banner', async () => {
      const text = await overview();
      return text.includes('Target soar is away.') && text;
    });
    expect(told).toContain('connection refused');
    expect(told).toContain('Route alerts/main is paused.');
    expect(told).toContain('the workflow is not there');
    await telling.close();
    await waitUntil('it to be over', async () => !(await overview()).includes('is away'));
  });
});
