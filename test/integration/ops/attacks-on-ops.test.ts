import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, openTestOps, VIEWER, type TestOps } from '../../support/open-test-ops.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';

/** What strangers, other sites and read-only people try. Names as in the list of attacks. */
describe('attacks on the operations listener', () => {
  let redis: TestRedis;
  let ops: TestOps;
  let routes: readonly (readonly [method: string, path: string, role: string])[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    ops = await openTestOps(redis.url);
    const { body } = await request(ops.url)
      .get('/api/v1/openapi.json')
      .set('authorization', `Bearer ${VIEWER.token}`);
    const { paths } = body as { paths: Record<string, Record<string, { 'x-role': string }>> };
    routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => [method, path.replace(/\{\w+\}/g, 'any'), operation['x-role']] as const,
      ),
    );
  });
  afterAll(async () => {
    await ops.close();
    await redis.close();
  });

  const send = (method: string, path: string) =>
    method === 'post' ? request(ops.url).post(path) : request(ops.url).get(path);

  it('A-1 every verb wants a token, before it reads a body', async () => {
    expect(routes.length).toBeGreaterThan(25);
    for (const [method, path] of routes) {
      const response = await send(method, path);
      expect(response.status, `${method} ${path}`).toBe(401);
      expect(response.body).toMatchObject({ code: 'unauthorized' });
    }
    const big = await request(ops.url)
      .post('/api/v1/bulk')
      .set('content-type', 'application/json')
      .send(`{"action":"${'x'.repeat(1_000_000)}"}`);
    expect(big.status).toBe(401);
  });

  it('A-2 a browser’s session changes nothing through the API, from this site or another', async () => {
    const signedIn = await request(ops.url)
      .post('/login')
      .set('sec-fetch-site', 'same-origin')
      .type('form')
      .send({ token: OPERATOR.token, next: '/' });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
    expect(cookie).toMatch(/^bridge_session=.+/);
    await request(ops.url).get('/api/v1/counts').set('cookie', cookie).expect(200);
    for (const site of ['cross-site', 'same-site', 'same-origin', 'none']) {
      const response = await request(ops.url)
        .post('/api/v1/bulk')
        .set({ cookie, 'sec-fetch-site': site })
        .send({ action: 'discard', all: true });
      expect(response.status, site).toBe(401);
    }
    await request(ops.url)
      .post('/api/v1/bulk')
      .set({ cookie })
      .send({ action: 'discard', all: true })
      .expect(401);
  });

  it('A-3 a form cannot be taken for JSON', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const response = await request(ops.url)
        .post('/api/v1/bulk')
        .set({ authorization: `Bearer ${OPERATOR.token}`, 'content-type': type })
        .send('{"action":"discard","all":true}');
      expect(response.status, type).toBe(415);
    }
  });

  it('A-4 whoever may only look changes nothing', async () => {
    const changing = routes.filter(([, , role]) => role === 'operator');
    expect(changing.length).toBeGreaterThanOrEqual(9);
    for (const [method, path] of changing) {
      const response = await send(method, path)
        .set('authorization', `Bearer ${VIEWER.token}`)
        .send({ reason: 'x' });
      expect(response.status, `${method} ${path}`).toBe(403);
    }
  });

  it('A-6 nobody frames it, and nothing runs that is not its own', async () => {
    for (const path of ['/login', '/api/v1/counts', '/nowhere']) {
      const { headers } = await request(ops.url).get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-inline');
      expect(headers['cache-control']).toContain('no-store');
    }
  });

  it('A-5 answers are never a page, whatever stands in them', async () => {
    await ops.accept('alerts', ['{"id":"<script>alert(1)</script>"}']);
    const authorization = `Bearer ${VIEWER.token}`;
    const json = await request(ops.url).get('/api/v1/deliveries').set({ authorization });
    expect(json.headers['content-type']).toMatch(/^application\/json/);
    expect(json.headers['x-content-type-options']).toBe('nosniff');
    const csv = await request(ops.url).get('/api/v1/export?format=csv').set({ authorization });
    expect(csv.headers['content-disposition']).toMatch(/^attachment/);
  });

  it('A-13 what debugging tools leave behind is not there', async () => {
    for (const path of [
      '/config',
      '/debug',
      '/debug/pprof',
      '/.env',
      '/console.js.map',
      '/admin',
      '/api',
      '/%2e%2e/package.json',
    ])
      expect((await request(ops.url).get(path)).status, path).toBe(404);
  });

  it('A-12 guessing tokens gets nowhere, at the API and the sign-in together, whatever address is claimed', async () => {
    let claimed = 0;
    // A header that any client can write must not give it a fresh count
    const spoofed = (): Readonly<Record<string, string>> => {
      claimed += 1;
      const address = `192.0.2.${claimed}`;
      return { 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address };
    };
    const guess = (token: string) =>
      request(ops.url)
        .get('/api/v1/counts')
        .set({ authorization: `Bearer ${token}`, ...spoofed() });
    const signIn = (token: string, site = 'same-origin') =>
      request(ops.url)
        .post('/login')
        .set({ 'sec-fetch-site': site, ...spoofed() })
        .type('form')
        .send({ token, next: '/' });
    // What another site makes a browser send counts for nothing, or it could lock that browser's owner out
    for (let i = 0; i < 25; i += 1) expect((await signIn('guess', 'cross-site')).status).toBe(401);
    expect((await guess(OPERATOR.token)).status).toBe(200);

    let statuses: number[] = [];
    // A minute of the clock may end in between: then the count begins anew, once
    for (let round = 0; round < 2 && !statuses.includes(429); round += 1) {
      statuses = [];
      for (let i = 0; i < 11; i += 1) {
        statuses.push((await guess(`guess-${i}`)).status);
        statuses.push((await signIn(`guess-${i}`)).status);
      }
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(40);
    for (const right of [await guess(OPERATOR.token), await signIn(OPERATOR.token)]) {
      expect([200, 303, 429]).toContain(right.status);
      if (right.status !== 429) continue;
      const wait = Number(right.headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(right.headers['set-cookie']).toBeUndefined();
    }
    // Who shows no token at all is no guess, and is told so as always
    expect((await request(ops.url).get('/api/v1/counts')).status).toBe(401);
  });
});
