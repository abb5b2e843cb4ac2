import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crawl, openPaths } from '../support/crawl.js';
import { createCanaries } from '../support/canaries.js';
import {
  makeBridge,
  OPS_TOKEN,
  WORKFLOW,
  type BridgeProcess,
  type TestBridge,
} from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';
import { runCli } from '../unit/cli/run-cli.js';
import { startTinyKomand, type TinyKomand } from '../unit/targets/tiny-komand.js';

const { plant, secrets, findIn, all } = createCanaries();

/** What the configuration holds. */
const CONFIG = {
  viewer: plant('viewer-token'),
  password: plant('komand-password'),
  redis: plant('redis-password'),
  token: plant('source-token'),
  old: plant('source-token-before'),
  hmac: plant('hmac-secret'),
  basic: plant('basic-password'),
  query: plant('query-token'),
  path: plant('path-token'),
  body: plant('body-token'),
  faulty: plant('faulty-config'),
};
/** What Komand says. */
const KOMAND = {
  session: plant('session'),
  apiKey: plant('komand-api-key'),
  cookie: plant('komand-cookie'),
  field: plant('komand-field'),
};
/** What strangers send. */
const SENT = {
  bearer: plant('wrong-bearer'),
  apiKey: plant('wrong-api-key'),
  cookie: plant('cookie'),
  signature: plant('wrong-signature'),
  basic: plant('wrong-basic'),
  query: plant('wrong-query'),
  path: plant('wrong-path'),
  source: plant('unknown-source'),
  ops: plant('wrong-ops-token'),
  login: plant('wrong-login'),
  other: plant('other-header'),
};
/** What stands in bodies: an operator may see it, nobody else. */
const BODIES = {
  refused: plant('body-of-422', true),
  broken: plant('body-of-400', true),
  good: plant('good-body', true),
};

const route = (more: object = {}) => ({ workflow: WORKFLOW, on_ambiguous: 'park', max_attempts: 2, ...more });
const token = (place: object) => ({
  preset: 'generic',
  map: 'raw',
  delivery_key: { body: ['id'] },
  auth: { type: 'token', ...place },
  routes: [route()],
});

describe('no secret', () => {
  let redis: TestRedis;
  let komand: TinyKomand;
  let bridge: TestBridge;
  let running: BridgeProcess;
  const answers: string[] = [];
  const printed: string[] = [];

  const post = async (
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${running.hooksUrl}/hooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
    answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
    return response.status;
  };
  const withToken = { 'x-token': CONFIG.token };
  const cli = async (...args: readonly string[]): Promise<string> => {
    const env = { BRIDGE_OPS_URL: running.opsUrl, BRIDGE_OPS_TOKEN: OPS_TOKEN };
    const ran = await runCli(args, { env });
    printed.push(ran.stdout + ran.stderr);
    return ran.stdout;
  };

  beforeAll(async () => {
    redis = await startRedis();
    await setPassword(redis, CONFIG.redis);
    komand = await startTinyKomand();
    komand.login = (_request, response) => {
      komand.valid = `${KOMAND.session}.${Buffer.from('{"perms":["APP"]}').toString('base64url')}.x`;
      response.setHeader('Set-Cookie', `jwt=${KOMAND.cookie}`).end(JSON.stringify({ token: komand.valid }));
    };
    komand.handler = answerAs;
    bridge = makeBridge({
      redisUrl: `redis://:${CONFIG.redis}@127.0.0.1:${redis.port}`,
      targetUrl: komand.url,
      target: { password: CONFIG.password, timeout: '2s' },
      extra: {
        log: { level: 'debug' },
        ops: {
          tokens: [
            { name: 'test', role: 'operator', token: OPS_TOKEN },
            { name: 'screen', role: 'viewer', token: CONFIG.viewer },
          ],
        },
      },
      sources: {
        alerts: {
          ...token({ in: 'header', name: 'x-token', secrets: [CONFIG.token, CONFIG.old] }),
          keep_headers: ['x-kept', 'x-secret-header', 'cookie', 'authorization'],
        },
        signed: {
          preset: 'generic',
          auth: { type: 'hmac', header: 'x-signature', secrets: [CONFIG.hmac] },
          schema: 'schema.json',
          routes: [route()],
        },
        basic: { ...token({}), auth: { type: 'basic', username: 'sender', secrets: [CONFIG.basic] } },
        query: token({ in: 'query', name: 'key', secrets: [CONFIG.query] }),
        path: token({ in: 'path', secrets: [CONFIG.path] }),
        inside: token({ in: 'body', name: 'auth.token', secrets: [CONFIG.body] }),
      },
    });
    writeFileSync(
      join(bridge.dir, 'schema.json'),
      JSON.stringify({
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, level: { enum: ['low', 'high'] } },
      }),
    );
    running = await bridge.start('ingress,worker,ops');
  });
  afterAll(async () => {
    await bridge.close();
    await komand.close();
    await redis.close();
  });

  /** Komand gives away whatever it knows, in the way that the event asks for. */
  function answerAs(...[request, response, body]: Parameters<TinyKomand['handler']>): void {
    const kind = /"kind":"([a-z]+)"/.exec(body)?.[1] ?? 'good';
    const echo = {
      message: `no: ${request.headers.authorization} ${CONFIG.password}`,
      api_key: KOMAND.apiKey,
      client_secret: KOMAND.field,
      trace: `Cookie: jwt=${KOMAND.cookie}; Authorization: Basic ${KOMAND.apiKey}1=`,
    };
    response.setHeader('Set-Cookie', `jwt=${KOMAND.cookie}`);
    if (request.method === 'GET') return void response.end('[]');
    if (kind === 'refused') return void response.writeHead(400).end(JSON.stringify(echo));
    if (kind === 'broken')
      return void response.writeHead(500).end(`password=${CONFIG.password}&x=${komand.valid}`);
    if (kind === 'job') return void response.end(JSON.stringify({ job_id: komand.valid }));
    if (kind === 'moved')
      return void response.writeHead(302, { location: `https://evil.example/?token=${komand.valid}` }).end();
    response.end(
      JSON.stringify({ job_id: `job-${komand.posts.length}`, message: `taken by ${komand.valid}` }),
    );
  }

  it('is let in and delivered, refused and parked, with every secret on its way', async () => {
    expect(all().length).toBeGreaterThanOrEqual(20);
    for (const [i, kind] of ['good', 'refused', 'broken', 'job', 'moved'].entries())
      expect(
        await post(
          'alerts',
          { id: `k-${i}`, kind, note: BODIES.good },
          { ...withToken, 'x-kept': 'kept', 'x-secret-header': SENT.other, cookie: `s=${SENT.cookie}` },
        ),
      ).toBe(202);
    expect(await post('alerts', { id: 'old' }, { 'x-token': CONFIG.old })).toBe(202);
    expect(await post('basic', { id: 'b' }, { authorization: basic('sender', CONFIG.basic) })).toBe(202);
    expect(await post(`query?key=${CONFIG.query}&more=${SENT.query}`, { id: 'q' })).toBe(202);
    expect(await post(`path/${CONFIG.path}`, { id: 'p' })).toBe(202);
    expect(await post('inside', { id: 'i', auth: { token: CONFIG.body } })).toBe(202);

    expect(
      await post(
        'alerts',
        { id: 'x' },
        { 'x-token': SENT.bearer, 'x-api-key': SENT.apiKey, cookie: SENT.cookie },
      ),
    ).toBe(401);
    expect(await post('alerts', { id: 'x' }, { authorization: `Bearer ${SENT.bearer}` })).toBe(401);
    expect(await post('signed', { id: 'x' }, { 'x-signature': SENT.signature })).toBe(401);
    expect(await post('basic', { id: 'x' }, { authorization: basic('sender', SENT.basic) })).toBe(401);
    expect(await post(`query?key=${SENT.query}`, { id: 'x' })).toBe(401);
    expect(await post(`path/${SENT.path}`, { id: 'x' })).toBe(401);
    expect(await post(SENT.source, { id: 'x' })).toBe(404);
    expect(await post('inside', { id: 'x', auth: { token: SENT.other } })).toBe(401);
    const refused = JSON.stringify({ id: 7, level: BODIES.refused });
    expect(
      await post('signed', refused, {
        'x-signature': createHmac('sha256', CONFIG.hmac).update(refused).digest('hex'),
      }),
    ).toBe(422);
    const broken = `{"id":"${BODIES.broken}`;
    expect(
      await post('signed', broken, {
        'x-signature': createHmac('sha256', CONFIG.hmac).update(broken).digest('hex'),
      }),
    ).toBe(400);

    await waitUntil('each to have been tried', () => komand.posts.length >= 10, 60_000);
    await waitUntil(
      'the refused one to be dead',
      async () =>
        ((await running.api('/api/v1/deliveries?state=dead')) as { items: unknown[] }).items.length > 0,
      60_000,
    );
    for (const address of ['/api/v1/counts', '/metrics', '/readyz?verbose']) {
      const headers = { authorization: `Bearer ${SENT.ops}`, cookie: `bridge_session=${SENT.cookie}` };
      const response = await fetch(
        `${running.opsUrl}${address}${address.includes('?') ? '&' : '?'}token=${SENT.query}`,
        { headers },
      );
      answers.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
    }
    const login = await fetch(`${running.opsUrl}/login`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: SENT.login, next: '/' }),
      redirect: 'manual',
    });
    answers.push(`${JSON.stringify([...login.headers])} ${await login.text()}`);
  });

  it('shows up when Redis refuses its password or goes away, or a configuration has a fault', async () => {
    const good = readFileSync(bridge.configFile, 'utf8');
    const faulty = good
      .replace('x-signature', 'x-signature\n      secrts: XX')
      .replaceAll('XX', CONFIG.faulty);
    writeFileSync(bridge.configFile, `${faulty}\npassword: ${CONFIG.faulty}\n`);
    running.signal('SIGHUP');
    await waitUntil('the configuration to be refused', () => running.stdout().includes('config.refused'));
    await cli('check', '--config', bridge.configFile);
    writeFileSync(bridge.configFile, good);
    running.signal('SIGHUP');
    await waitUntil('the configuration to be taken', () => running.stdout().includes('config.reloaded'));

    await setPassword(redis, 'another password', CONFIG.redis);
    await kickEverybody(redis, 'another password');
    expect(await post('alerts', { id: 'spooled' }, withToken)).toBe(202);
    await setPassword(redis, CONFIG.redis, 'another password');
    redis.signal('SIGKILL');
    await redis.ended();
    expect(await post('alerts', { id: 'spooled-2' }, withToken)).toBe(202);
    // It comes back without a password: the client's AUTH is an error then
    await redis.restart();
    await waitUntil('Redis to be back', async () => (await fetch(`${running.opsUrl}/readyz`)).ok, 60_000);
    await waitUntil('the spool to be empty', async () => {
      const { items } = (await running.api('/api/v1/deliveries?text=spooled')) as { items: unknown[] };
      return items.length === 2;
    });
  });

  it('is in the log', () => expect(findIn(running.stdout() + running.stderr())).toEqual([]));

  it('is in any answer that a sender or a stranger got', () =>
    expect(findIn(answers.join('\n'))).toEqual([]));

  it('is in the metrics', async () => {
    expect(findIn(await (await fetch(`${running.opsUrl}/metrics`)).text())).toEqual([]);
  });

  it('is in what the API says, on any path and for any role', async () => {
    for (const bearer of [OPS_TOKEN, CONFIG.viewer]) {
      const pages = await openPaths(running.opsUrl, bearer);
      expect(pages.size).toBeGreaterThan(25);
      for (const [path, text] of pages) expect(findIn(text, { bodies: true }), path).toEqual([]);
    }
  });

  it('is on any page of the console', async () => {
    const pages = await crawl(running.opsUrl, OPS_TOKEN);
    expect(pages.size).toBeGreaterThan(25);
    expect([...pages.keys()].some((path) => path.startsWith('/rejected/req_'))).toBe(true);
    expect([...pages.keys()].some((path) => path.startsWith('/deliveries/dlv_'))).toBe(true);
    for (const [path, text] of pages) expect(findIn(text, { bodies: true }), path).toEqual([]);
  });

  it('is in what the command line prints', async () => {
    const { items } = (await running.api('/api/v1/deliveries?limit=200')) as { items: { id: string }[] };
    for (const { id } of items) await cli('deliveries', 'show', id);
    for (const args of [
      ['deliveries', 'list', '--json'],
      ['rejected', 'list', '--json'],
      ['dead', 'groups'],
      ['sources', 'list', '--json'],
    ])
      expect(await cli(...args)).not.toBe('');
    const config = ['--config', bridge.configFile];
    await cli('check', '--live', ...config);
    await cli('doctor', ...config);
    await cli('audit', ...config);
    await cli('komand', 'login', ...config);
    const body = join(bridge.dir, 'body.json');
    writeFileSync(body, '{"id":"cli"}');
    for (const source of ['alerts', 'signed', 'basic', 'query', 'path', 'inside']) {
      await cli('try', source, body, ...config);
      await cli('send', source, body, '--dry-run', ...config);
    }
    expect(printed.join('').length).toBeGreaterThan(2_000);
    expect(findIn(printed.join('\n'), { bodies: true })).toEqual([]);
  });

  it('ever went to Redis, but what stands in bodies', () => {
    // The append-only file has every command that wrote anything
    const written = filesBelow(redis.dir).map((file) => readFileSync(file, 'latin1'));
    expect(written.join('')).toContain(BODIES.good);
    expect(findIn(written.join('\n'), { bodies: true })).toEqual([]);
  });

  it('is in what the bridge keeps on disk, but what stands in bodies', () => {
    const kept = filesBelow(bridge.dir).filter((file) => file !== bridge.configFile);
    expect(kept.length).toBeGreaterThan(0);
    for (const file of kept) expect(findIn(readFileSync(file, 'latin1'), { bodies: true }), file).toEqual([]);
  });

  it('would be missed: each of them really was on its way', () => {
    for (const secret of secrets()) expect(findIn(`x${secret}y`)).toHaveLength(1);
    expect(komand.headers.some(({ authorization }) => authorization?.includes(KOMAND.session))).toBe(true);
    expect(existsSync(bridge.configFile)).toBe(true);
  });
});

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function setPassword({ port }: TestRedis, next: string, now?: string): Promise<void> {
  const admin = new Redis({ port, host: '127.0.0.1', ...(now === undefined ? {} : { password: now }) });
  await admin.config('SET', 'requirepass', next);
  admin.disconnect();
}

async function kickEverybody({ port }: TestRedis, password: string): Promise<void> {
  const admin = new Redis({ port, host: '127.0.0.1', password });
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  admin.disconnect();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}
