import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newEventId } from '../../../src/model/ids.js';
import { createRejectedStore } from '../../../src/queue/rejected-store.js';
import { handMadeSource } from '../../support/hand-made-source.js';
import { OPERATOR, openTestOps, VIEWER, type TestOps } from '../../support/open-test-ops.js';
import { requestsTo } from '../../support/ops-requests.js';
import { PREFIX } from '../../support/open-test-store.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';
import { waitUntil } from '../../support/wait-until.js';
import { NO_SEAL } from '../../support/seals.js';

interface Operation {
  readonly 'x-role': string;
  readonly parameters: readonly { readonly name: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { schema: object }>> }>
  >;
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

describe('the rest of the API', () => {
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
  beforeEach(() => ops.store.client.flushall());

  const { get, post } = requestsTo(() => ops);

  const reject = async (id: string, over: object = {}): Promise<void> => {
    const store = createRejectedStore({
      seal: NO_SEAL,
      client: ops.store.client,
      prefix: PREFIX,
      retentionMs: 3_600_000,
      sources: () => ['alerts', 'other'],
    });
    await store.record({
      id,
      source: 'alerts',
      at: Date.now(),
      status: 401,
      code: 'unauthorized',
      cause: 'wrong_secret',
      detail: 'no secret of this source made this signature',
      errors: [],
      remoteAddress: '192.0.2.1',
      headers: {},
      bodyBytes: 2,
      bodyHash: 'ab',
      ...over,
    });
  };
  const quarantined = (body: string): object => ({
    status: 422,
    code: 'schema_mismatch',
    cause: 'schema_mismatch',
    quarantined: {
      body,
      contentType: 'application/json',
      deliveryKey: 'body:1',
      eventId: newEventId(Date.now()),
    },
  });

  it('lists rejected requests by cause, page by page', async () => {
    for (let i = 0; i < 5; i += 1) await reject(`req_${i}`);
    for (let i = 5; i < 8; i += 1) await reject(`req_${i}`, { cause: 'stale' });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/api/v1/rejected?cause=wrong_secret&limit=2${cursor}`).expect(200);
      const page = body as { items: { id: string; cause: string }[]; next_cursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
    } while (cursor !== '');
    expect(seen.sort()).toEqual(['req_0', 'req_1', 'req_2', 'req_3', 'req_4']);
    expect((await get('/api/v1/rejected?cause=expired').expect(200)).body).toMatchObject({ items: [] });
    await get('/api/v1/rejected?cursor=x').expect(400);
  });

  it('releases what is good by now, once, and nothing that was not authentic', async () => {
    await reject('req_stranger');
    await reject('req_bad', quarantined('{"id":1}'));
    await reject('req_good', quarantined('{"id":"x"}'));
    const release = (id: string) => post(`/api/v1/rejected/${id}/release`, { reason: 'schema mended' });
    await release('req_stranger').expect(409);
    await release('req_none').expect(404);
    const bad = await release('req_bad').expect(422);
    expect(bad.body).toMatchObject({ code: 'schema_mismatch', errors: [{ pointer: '/id' }] });
    const { body } = await release('req_good').expect(202);
    const { deliveries } = body as { deliveries: string[] };
    expect(body).toMatchObject({ status: 'queued' });
    await get(`/api/v1/deliveries/${deliveries[0] ?? ''}`).expect(200);
    await release('req_good').expect(404);
    await post('/api/v1/rejected/req_bad/discard', { reason: 'never mind' }).expect(200);
    await get('/api/v1/rejected/req_bad').expect(404);
  });

  it('holds a source back and lets it go, and says who did it', async () => {
    const isPaused = async (): Promise<unknown> => {
      const { items } = (await get('/api/v1/sources').expect(200)).body as {
        items: { name: string; paused: unknown }[];
      };
      return items.find(({ name }) => name === 'alerts')?.paused;
    };
    expect(await isPaused()).toBeNull();
    await post('/api/v1/sources/alerts/pause', { reason: 'maintenance' }).expect(200);
    expect(await isPaused()).toMatchObject({ by: 'oncall', reason: 'maintenance' });
    const [id = ''] = await ops.accept('alerts', ['{"id":"a"}']);
    const [other = ''] = await ops.accept('other', ['{"id":"b"}']);
    await ops.work('other', () => undefined);
    expect((await ops.store.reader.show(other))?.state).toBe('delivered');
    let worked = false;
    const work = ops.work('alerts', () => undefined).then(() => (worked = true));
    // A round of the other source's worker passes, in which this one takes nothing
    await ops.accept('other', ['{"id":"c"}']);
    await ops.work('other', () => undefined);
    expect([worked, (await ops.store.reader.show(id))?.state]).toEqual([false, 'queued']);
    await post('/api/v1/sources/alerts/resume', { reason: 'over' }).expect(200);
    await work;
    expect((await ops.store.reader.show(id))?.state).toBe('delivered');
    expect(await isPaused()).toBeNull();
    await post('/api/v1/sources/none/pause', { reason: 'x' }).expect(404);
    const { items } = (await get('/api/v1/audit').expect(200)).body as { items: { action: string }[] };
    expect(items.map(({ action }) => action)).toEqual(['source.resume', 'source.pause']);
  });

  it('tries a body and keeps nothing of it', async () => {
    const good = await post('/api/v1/sources/alerts/try', { body: '{"id":"x"}' }).expect(200);
    expect(good.body).toMatchObject({ deliveries: [{ route: 'main', request: { method: 'POST' } }] });
    const bad = await post('/api/v1/sources/alerts/try', { body: { id: 1 } }).expect(200);
    expect(bad.body).toMatchObject({ ok: false, deliveries: [] });
    // It says whether a secret is right
    await post('/api/v1/sources/alerts/try', { body: '{"id":"x"}' }, VIEWER.token).expect(403);
    await post('/api/v1/sources/none/try', { body: '{}' }).expect(404);
    await post('/api/v1/sources/alerts/try', {}).expect(400);
    expect((await ops.store.reader.counts()).get('alerts')).toMatchObject({ queued: 0 });
  });

  it('finds a job by the bridge’s own record when its target cannot be asked', async () => {
    await ops.accept('alerts', ['{"id":"x"}']);
    await ops.work('alerts', () => undefined);
    const { items } = (await get('/api/v1/deliveries').expect(200)).body as {
      items: { id: string; job_id: string }[];
    };
    const found = await get(`/api/v1/komand/jobs/${items[0]?.job_id ?? ''}`).expect(200);
    expect(found.body).toMatchObject({ delivery_id: items[0]?.id, found_at_target: false });
    await get('/api/v1/komand/jobs/unheard-of').expect(503);
  });

  it('shows the system without a secret', async () => {
    const { text, body } = await get('/api/v1/system').expect(200);
    expect(body).toMatchObject({ version: '0.0.0-test', durability: { durable: true } });
    const targets = await get('/api/v1/targets').expect(200);
    for (const secret of [OPERATOR.token, VIEWER.token, 'a-target-password'])
      expect(text + targets.text).not.toContain(secret);
  });

  it('describes every route, and every answer is as described', async () => {
    const [dead = '', waits = ''] = await ops.accept('alerts', ['{"id":"a"}', '{"id":"b"}']);
    await ops.work('alerts', (id) =>
      id === dead ? { errorClass: 'mapping', reason: 'no title' } : undefined,
    );
    await ops.accept('alerts', ['{"id":"c"}']);
    await reject('req_good', quarantined('{"id":"x"}'));
    await reject('req_other', quarantined('{"id":"y"}'));
    const plan = (await post('/api/v1/bulk', { action: 'retry', all: true }).expect(201)).body as {
      id: string;
    };
    const { body } = await get('/api/v1/openapi.json').expect(200);
    const document = body as OpenApi;
    expect(document.openapi).toMatch(/^3\.1\./);

    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'api', components: document.components });
    const told = JSON.stringify(document.paths).replaceAll('#/components', 'api#/components');
    const paths = JSON.parse(told) as OpenApi['paths'];
    for (const schema of Object.values(document.components.schemas))
      expect(() => ajv.compile(schema)).toBeDefined();

    const reason = { reason: 'a test' };
    const calls: readonly (readonly [string, string, object?])[] = [
      ['get', '/api/v1/deliveries'],
      ['get', '/api/v1/counts'],
      ['get', '/api/v1/dead/groups'],
      ['get', '/api/v1/rejected'],
      ['get', '/api/v1/rejected/req_good'],
      ['get', '/api/v1/sources'],
      ['get', '/api/v1/targets'],
      ['get', '/api/v1/system'],
      ['get', '/api/v1/bulk'],
      ['get', `/api/v1/deliveries/${dead}`],
      ['get', `/api/v1/deliveries/${waits}`],
      ['get', '/api/v1/komand/jobs/{job}'],
      ['post', `/api/v1/deliveries/${dead}/replay`, reason],
      ['post', `/api/v1/deliveries/${dead}/discard`, reason],
      ['post', `/api/v1/deliveries/{dead}/retry`, reason],
      ['post', '/api/v1/rejected/req_good/release', reason],
      ['post', '/api/v1/rejected/req_other/discard', reason],
      ['post', '/api/v1/sources/other/pause', reason],
      ['get', '/api/v1/sources'],
      ['post', '/api/v1/sources/other/resume', reason],
      ['post', '/api/v1/sources/alerts/try', { body: '{"id":"x"}' }],
      ['post', '/api/v1/bulk', { action: 'discard', filter: { source: 'alerts' } }],
      ['post', `/api/v1/bulk/${plan.id}/run`, reason],
      ['get', `/api/v1/bulk/${plan.id}`],
      ['post', '/api/v1/bulk/{plan}/cancel', reason],
      ['get', '/api/v1/audit'],
      ['get', '/api/v1/openapi.json'],
    ];
    const second = await ops.accept('other', ['{"id":"d"}']);
    await ops.work('other', () => ({ errorClass: 'timeout', reason: 'late' }));
    const job = (await ops.store.reader.show(waits))?.receipt?.jobId ?? '';
    const again = (await post('/api/v1/bulk', { action: 'retry', all: true })).body as { id: string };
    const real = (path: string): string =>
      path
        .replace('{dead}', second[0] ?? '')
        .replace('{job}', job)
        .replace('{plan}', again.id);

    const covered = new Set(['get /api/v1/export', 'get /api/v1/events']);
    for (const [method, path, sent] of calls) {
      const at = real(path);
      const response = await (method === 'get' ? get(at) : post(at, sent ?? {}));
      const template = Object.keys(paths).find((each) => matches(each, at)) ?? '';
      covered.add(`${method} ${template}`);
      const operation = paths[template]?.[method];
      const schema = operation?.responses[String(response.status)]?.content['application/json']?.schema;
      expect(schema, `${method} ${at} answered ${response.status}: ${response.text}`).toBeDefined();
      const valid = ajv.validate(schema ?? false, response.body);
      expect(valid, `${method} ${at}: ${ajv.errorsText()} ${response.text.slice(0, 500)}`).toBe(true);
    }
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(described.filter((each) => !covered.has(each))).toEqual([]);
  });

  it('follows what happens until the client leaves, and 100 may', async () => {
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${VIEWER.token}` };
    const follow = () => fetch(`${ops.url}/api/v1/events`, { headers, signal: leave.signal });
    const first = await follow();
    expect(first.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = first.body?.getReader();
    let seen = '';
    const reading = (async () => {
      for (;;) {
        const chunk = await reader?.read().catch(() => undefined);
        if (chunk?.value === undefined) return;
        seen += Buffer.from(chunk.value).toString();
      }
    })();
    await ops.reload({});
    await waitUntil('the event', () => seen.includes('event: notice'));
    expect(seen).toContain('config.reloaded');
    const rest = await Promise.all(Array.from({ length: 99 }, follow));
    expect(rest.every(({ status }) => status === 200)).toBe(true);
    const over = await fetch(`${ops.url}/api/v1/events`, { headers });
    expect(over.status).toBe(429);
    expect(over.headers.get('retry-after')).toBe('30');
    leave.abort();
    await reading;
    const again = new AbortController();
    await waitUntil('places to be free', async () => {
      const response = await fetch(`${ops.url}/api/v1/events`, { headers, signal: again.signal });
      return response.status === 200;
    });
    again.abort();
  });

  it('answers 503 while Redis is away, and the sources are known again when it is back', async () => {
    redis.signal('SIGSTOP');
    const away = await get('/api/v1/counts');
    expect([away.status, (away.body as { code: string }).code]).toEqual([503, 'store_unavailable']);
    redis.signal('SIGCONT');
    await waitUntil('Redis to be back', async () => (await get('/api/v1/counts')).status === 200);
  });

  it('forgets a token with the reload that takes it out', async () => {
    await get('/api/v1/counts').expect(200);
    await ops.reload({ tokens: [OPERATOR], sources: [handMadeSource({ name: 'alerts' })] });
    await get('/api/v1/counts').expect(401);
    const { items } = (await get('/api/v1/sources', OPERATOR.token).expect(200)).body as { items: unknown[] };
    expect(items).toHaveLength(1);
    await ops.reload({});
    await get('/api/v1/counts').expect(200);
  });
});

function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i])
  );
}
