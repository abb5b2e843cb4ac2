import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR, openTestOps, type TestOps } from '../../support/open-test-ops.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';

/**
 * `bridge_events_discarded_total` of a process that does nothing but operations: what it discards it counts, each
 * delivery once; the books, which hold for all processes, say the same.
 */
describe('discards are counted where they are made', () => {
  let redis: TestRedis;
  let ops: TestOps;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis.close();
  });
  beforeEach(async () => {
    ops = await openTestOps(redis.url);
    await ops.store.client.flushall();
    return () => ops.close();
  });

  const post = (path: string, body: object) =>
    request(ops.url).post(path).set('authorization', `Bearer ${OPERATOR.token}`).send(body);
  const counted = async (source: string): Promise<number> => {
    const { text } = await request(ops.url).get('/metrics');
    const found = new RegExp(`^bridge_events_discarded_total\\{source="${source}"\\} (\\d+)$`, 'm').exec(
      text,
    );
    return Number(found?.[1] ?? 0);
  };
  const booked = async (): Promise<unknown> => (await ops.store.reader.counts()).get('alerts')?.discarded;
  const reason = { reason: 'not wanted' };

  it('one by one: a dead letter, one that waits, and none that is refused', async () => {
    const [dead = ''] = await ops.accept('alerts', ['{"id":"a"}']);
    await ops.work('alerts', () => ({ errorClass: 'mapping', reason: 'no title' }));
    const [waits = ''] = await ops.accept('alerts', ['{"id":"b"}']);
    const [other = ''] = await ops.accept('other', ['{"id":"c"}']);
    await ops.work('other', () => undefined);
    await post(`/api/v1/deliveries/${dead}/discard`, reason).expect(200);
    await post(`/api/v1/deliveries/${waits}/discard`, reason).expect(200);
    expect(await counted('alerts')).toBe(2);
    expect(await booked()).toBe(2);
    await post(`/api/v1/deliveries/${dead}/discard`, reason).expect(409);
    await post(`/api/v1/deliveries/${other}/discard`, reason).expect(409);
    await post('/api/v1/deliveries/dlv_none/discard', reason).expect(404);
    expect([await counted('alerts'), await counted('other')]).toEqual([2, 0]);
  });

  it('in bulk: exactly those that were discarded, not those that had gone', async () => {
    const ids = await ops.accept('alerts', ['{"id":"a"}', '{"id":"b"}', '{"id":"c"}', '{"id":"d"}']);
    await ops.work('alerts', () => ({ errorClass: 'http_5xx', status: 503, reason: 'busy' }));
    const { body } = await post('/api/v1/bulk', { action: 'discard', filter: { source: 'alerts' } });
    const { id, count } = body as { id: string; count: number };
    expect(count).toBe(4);
    await post(`/api/v1/deliveries/${ids[0] ?? ''}/retry`, reason).expect(202);
    await ops.work('alerts', () => undefined);
    await post(`/api/v1/bulk/${id}/run`, { ...reason, rate: 1_000 }).expect(202);
    const ended = await waitUntil('the operation to end', async () => {
      const shown = (
        await request(ops.url).get(`/api/v1/bulk/${id}`).set('authorization', `Bearer ${OPERATOR.token}`)
      ).body as { state: string; succeeded: number; skipped: number; became: unknown };
      return shown.state === 'done' && shown;
    });
    expect(ended).toMatchObject({ succeeded: 3, skipped: 1, became: { discarded: 3 } });
    expect(await counted('alerts')).toBe(3);
    expect(await booked()).toBe(3);
  });

  it('is seen by who follows', async () => {
    const leave = new AbortController();
    const response = await fetch(`${ops.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${OPERATOR.token}` },
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    let seen = '';
    const reading = (async () => {
      for (;;) {
        const chunk = await reader?.read().catch(() => undefined);
        if (chunk?.value === undefined) return;
        seen += Buffer.from(chunk.value).toString();
      }
    })();
    const [id = ''] = await ops.accept('alerts', ['{"id":"a"}']);
    await post(`/api/v1/deliveries/${id}/discard`, reason).expect(200);
    await waitUntil('the end of the delivery', () => seen.includes('event: delivery-ended'));
    expect(seen).toMatch(new RegExp(`"delivery_id":"${id}".*"state":"discarded"`));
    leave.abort();
    await reading;
  });
});
