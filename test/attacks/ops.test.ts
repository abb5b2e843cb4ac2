import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR, openTestOps, VIEWER, type TestOps } from '../support/open-test-ops.js';
import { requestsTo } from '../support/ops-requests.js';
import { openBrowser, type TestBrowser } from '../support/open-browser.js';
import { startTestListener } from '../support/public-listener.js';
import { handMadeSource } from '../support/hand-made-source.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

const XSS = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'><svg/onload=alert(3)>';
const PAGES = ['/', '/deliveries', '/dead', '/rejected', '/bulk', '/sources', '/komand', '/system', '/audit'];

/** The rest of what strangers and insiders try on the console and API; the first part stands with the tests of `ops`. */
describe('attacks on console and API', () => {
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
  const keys = async (): Promise<string[]> => (await ops.store.client.keys('*')).sort();
  /** One delivered, one dead, one waiting. */
  const world = async () => {
    const [done = '', dead = ''] = await ops.accept('alerts', ['{"id":"a"}', '{"id":"b","host":"vpn01"}']);
    await ops.work('alerts', (id) =>
      id === dead ? { errorClass: 'http_4xx', reason: 'refused', status: 422 } : undefined,
    );
    const [waits = ''] = await ops.accept('alerts', ['{"id":"c"}']);
    return { done, dead, waits };
  };
  const statesOf = (ids: readonly string[]): Promise<(string | undefined)[]> =>
    Promise.all(ids.map(async (id) => (await ops.store.reader.show(id))?.state));

  it('A-1: the public listener knows nothing of operations', async () => {
    const on = await startTestListener([handMadeSource()]);
    for (const path of ['/metrics', '/api/v1/deliveries', '/api/v1/openapi.json', '/login', '/readyz', '/']) {
      const answer = await fetch(`http://127.0.0.1:${on.port}${path}`, {
        headers: { authorization: `Bearer ${OPERATOR.token}`, connection: 'close' },
      });
      expect(answer.status, path).toBe(404);
    }
    await on.listener.close();
  });

  it.each([
    '..%2F..%2Fetc%2Fpasswd',
    '%2e%2e%2f%2e%2e%2fetc',
    '%7Balerts%7D:index',
    'test:{alerts}:1',
    '*',
    '__proto__',
    'constructor',
    `dlv_${'0'.repeat(26)}_main`,
    `dlv_${'Z'.repeat(26)}_../../x`,
    'dlv_%00',
    `dlv_${'A'.repeat(5_000)}`,
  ])('A-7: the id %s is not found, by no verb', async (id) => {
    await world();
    const before = await keys();
    for (const path of ['deliveries', 'rejected', 'bulk', 'komand/jobs']) {
      const { status } = await get(`/api/v1/${path}/${id}`);
      // The job list of a target that is away says nothing
      expect([404, path === 'komand/jobs' ? 503 : 404, 431], path).toContain(status);
    }
    for (const verb of [
      'deliveries/*/retry',
      'deliveries/*/discard',
      'deliveries/*/replay',
      'rejected/*/release',
      'rejected/*/discard',
      'bulk/*/run',
    ]) {
      const { status } = await post(`/api/v1/${verb.replace('*', id)}`, { reason: 'x', rate: 1 });
      expect([400, 404, 431], verb).toContain(status);
    }
    expect((await keys()).filter((key) => !before.includes(key) && !/audit|epoch/.test(key))).toEqual([]);
  });

  it.each([
    ['nothing', { action: 'discard' }],
    ['an empty filter', { action: 'discard', filter: {} }],
    ['empty fields', { action: 'discard', filter: { source: '', text: '' } }],
    ['null', { action: 'discard', filter: null }],
    ['a list', { action: 'discard', filter: [] }],
    ['"true" for true', { action: 'discard', all: 'true' }],
    ['1 for true', { action: 'discard', all: 1 }],
    ['__proto__', JSON.parse('{"action":"discard","__proto__":{"all":true}}') as object],
  ])('A-8: bulk with %s is refused', async (_title, body) => {
    const ids = Object.values(await world());
    const before = await statesOf(ids);
    expect((await post('/api/v1/bulk', body)).status).toBe(400);
    expect(await statesOf(ids)).toEqual(before);
  });

  it.each(['nowhere', '*', '.*', '%', '?', '\\'])(
    'A-8: bulk on what %s matches touches nothing',
    async (text) => {
      const ids = Object.values(await world());
      const before = await statesOf(ids);
      const plan = await post('/api/v1/bulk', { action: 'discard', filter: { text } });
      expect([plan.status, (plan.body as { count: number }).count]).toEqual([201, 0]);
      const { id } = plan.body as { id: string };
      await post(`/api/v1/bulk/${id}/run`, { reason: 'x', rate: 100 }).expect(202);
      await waitUntil(
        'its end',
        async () => ((await get(`/api/v1/bulk/${id}`)).body as { state: string }).state === 'done',
      );
      expect(await statesOf(ids)).toEqual(before);
    },
  );

  it.each([
    '.*(a+)+$',
    `${'(a+)+'.repeat(60)}$`,
    '*',
    '?',
    '[a-z]*',
    '\\',
    '%00',
    'KEYS *',
    '{alerts}:index',
    '"} or true',
    "' OR 1=1",
  ])('A-9: %s is searched for as it is written', async (text) => {
    await world();
    const [id = ''] = await ops.accept('alerts', [JSON.stringify({ id: 'd', note: `x${text}y` })]);
    const started = performance.now();
    for (const query of [
      `text=${encodeURIComponent(JSON.stringify(text).slice(1, -1))}`,
      `body_field=${encodeURIComponent(`note=x${text}y`)}`,
    ]) {
      const { status, body } = await get(`/api/v1/deliveries?${query}`);
      const { items } = body as { items: { id: string }[] };
      expect([status, items.map((item) => item.id)], query).toEqual([200, [id]]);
    }
    for (const field of ['source', 'route', 'delivery_key', 'job_id']) {
      const { body } = await get(`/api/v1/deliveries?${field}=${encodeURIComponent(text)}`);
      expect((body as { items: unknown[] }).items, field).toEqual([]);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ['of no JSON', '{"id":"x"', 400],
    ['with a key twice', '{"id":"x","id":"y"}', 400],
    ['empty', '', 400],
    ['too deep', `${'['.repeat(100)}${']'.repeat(100)}`, 400],
    ['that breaks the schema', '{"id":1}', 422],
    ['larger than the source takes', `{"id":"${'x'.repeat(300_000)}"}`, 413],
    ['larger than anything', `{"id":"${'x'.repeat(3_000_000)}"}`, 413],
  ])('A-10: a replay with a body %s is refused, the original kept', async (_title, body, status) => {
    const { done } = await world();
    const before = (await ops.store.reader.show(done))?.delivery.body;
    const { status: got } = await post(`/api/v1/deliveries/${done}/replay`, { reason: 'mended', body });
    expect(got).toBe(status);
    expect((await ops.store.reader.show(done))?.delivery.body).toBe(before);
    expect((await get('/api/v1/deliveries?state=queued')).body).toMatchObject({
      items: [{ replay_of: null }],
    });
  });

  it('A-10: an edited replay is written down with who and why, beside its original', async () => {
    const { done } = await world();
    const { body } = await post(`/api/v1/deliveries/${done}/replay`, {
      reason: 'mended',
      body: '{"id":"a2"}',
    }).expect(202);
    const { id } = body as { id: string };
    expect((await get(`/api/v1/deliveries/${id}`)).body).toMatchObject({
      replay_of: done,
      replay: { by: 'oncall', reason: 'mended', edited: true },
    });
    const { items } = (await get('/api/v1/audit')).body as { items: unknown[] };
    expect(items[0]).toMatchObject({
      action: 'delivery.replay-edited',
      by: 'oncall',
      reason: 'mended',
      ids: [done],
    });
  });

  it('A-11: of a thousand followers a hundred may, the others are told when to come back', async () => {
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${VIEWER.token}` };
    // Kept: a stream that nobody holds is closed with the garbage
    const responses: Response[] = [];
    for (let i = 0; i < 1_000; i += 1) {
      const response = await fetch(`${ops.url}/api/v1/events`, { headers, signal: leave.signal });
      responses.push(response);
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      if (response.status !== 200) await response.text();
    }
    const statuses = responses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(900);
    await get('/api/v1/counts').expect(200);
    leave.abort();
    await waitUntil('a place to be free', async () => {
      const again = new AbortController();
      const { status } = await fetch(`${ops.url}/api/v1/events`, { headers, signal: again.signal });
      again.abort();
      return status === 200;
    });
  });

  it('A-14: the session cookie is for this site alone, over TLS for TLS alone, and ends with the sign-out', async () => {
    const signIn = (headers: Readonly<Record<string, string>> = {}) =>
      request(ops.url)
        .post('/login')
        .set({ 'sec-fetch-site': 'same-origin', ...headers })
        .type('form')
        .send({ token: OPERATOR.token, next: '/' });
    const plain = String((await signIn()).headers['set-cookie']);
    expect(plain).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(String((await signIn({ 'x-forwarded-proto': 'https' })).headers['set-cookie'])).toMatch(
      /; Secure$/,
    );
    expect(plain).not.toContain(OPERATOR.token);
    const cookie = plain.split(';')[0] ?? '';
    const { text } = await request(ops.url).get('/').set({ cookie }).expect(200);
    const csrf = /name="?csrf"? value="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(csrf).not.toBe('');
    await request(ops.url)
      .post('/logout')
      .set({ cookie, 'sec-fetch-site': 'same-origin' })
      .type('form')
      .send({ csrf });
    const after = await request(ops.url).get('/').set({ cookie });
    expect([after.status, after.headers['location']]).toEqual([303, expect.stringContaining('/login')]);
    await request(ops.url).get('/api/v1/counts').set({ cookie }).expect(401);
  });

  describe('in a browser', () => {
    let browser: TestBrowser;
    beforeAll(async () => {
      browser = await openBrowser(ops.url);
    });
    afterAll(() => browser.close());

    it('A-5: markup in bodies, keys, errors, answers, job ids and reasons is text on every page', async () => {
      const [dead = '', done = ''] = await ops.accept('alerts', [
        JSON.stringify({ id: XSS, title: XSS, [XSS]: XSS }),
        JSON.stringify({ id: `2${XSS}` }),
      ]);
      await ops.work('alerts', (id) =>
        id === dead ? { errorClass: 'http_4xx', reason: XSS, status: 422, answer: XSS } : undefined,
      );
      await post(`/api/v1/deliveries/${done}/replay`, { reason: XSS }).expect(202);
      await post('/api/v1/sources/alerts/pause', { reason: XSS }).expect(200);
      const { page, complaints } = await browser.open();
      await page.goto('/login');
      await page.getByLabel('Operations token').fill(OPERATOR.token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('navigation', { name: 'Screens' }).waitFor();
      const query = encodeURIComponent(XSS);
      const asked = [
        `/find?q=${query}`,
        `/deliveries?text=${query}`,
        `/deliveries?source=${query}`,
        `/login?next=${query}`,
      ];
      for (const path of [...PAGES, `/deliveries/${dead}`, `/deliveries/${done}`, ...asked]) {
        await page.goto(path);
        expect(await page.locator('img, svg[onload], main script').count(), path).toBe(0);
      }
      await page.goto(`/deliveries/${dead}`);
      await page.getByText('onerror=alert(2)').first().waitFor();
      expect(complaints).toEqual([]);
    });
  });
});
