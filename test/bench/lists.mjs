// `node test/bench/lists.mjs [--count 100000] [--json]`: how long the lists of the operations listener take with many
// deliveries in a real Redis. They come in through the public listener and are worked off by the built program: most are
// delivered with a job, some become dead letters, and one source is paused, so that its deliveries wait. Then a process
// with the role `ops` alone is asked over HTTP. Exits 1 where a goal is not met.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './ingest.mjs';
import { freePort } from '../faults/rig/free-port.mjs';
import { end, startRedis } from './process.mjs';
import { startTarget } from './start-target.mjs';
import { SECRET } from './systems.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    /** Requests of each kind that are timed, after a tenth as many to warm up. */
    requests: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const requests = Number(values.requests);
const TOKEN = 'bench-operations-token';
const PAUSED = 'tickets';
const SOURCES = ['alerts', 'edr', 'siem', PAUSED];
/** Every twelfth event of a source becomes a dead letter. */
const TITLE = 'count % 12 = 0 ? $error("the mapping needs a title") : title';
/** Milliseconds at the 95th percentile. */
const FIRST_PAGE_MS = 500;
const BY_ID_MS = 100;
/** What no index knows is looked for in 2,000 records a call. */
const SEARCH_MS = 1_000;
const WINDOWS = 40;

const say = (line) => process.stderr.write(`${line}\n`);
const api = { authorization: `Bearer ${TOKEN}` };
const redis = await startRedis();
const target = await startTarget();
const dir = mkdtempSync(join(tmpdir(), 'bridge-lists-'));
const config = join(dir, 'bridge.yaml');
const running = [];
let failed = true;
try {
  writeFileSync(config, JSON.stringify(configuration(target.port)));
  const began = performance.now();
  const whole = await start('ingress,worker,ops');
  const [first, last] = await fill(whole);
  const wanted = await known(whole.opsUrl, first, last);
  await end(whole.child);
  say(`${count} deliveries in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const { opsUrl } = await start('ops');
  const results = await measure(opsUrl, wanted);
  failed = results.some(({ p95, goal }) => p95 > goal);
  print(results);
} finally {
  await Promise.all(running.map((child) => end(child)));
  await target.close();
  await redis.close();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function configuration(targetPort) {
  const auth = {
    type: 'hmac',
    header: 'x-signature',
    format: 'prefix',
    prefix: 'sha256=',
    secrets: [SECRET],
  };
  const routes = [
    { name: 'main', workflow: '11111111-2222-4333-8444-555555555555', map: { title: TITLE, host: 'host' } },
  ];
  return {
    redis: { url: redis.url },
    ops: { tokens: [{ name: 'bench', role: 'operator', token: TOKEN }] },
    targets: {
      soar: { url: `http://127.0.0.1:${targetPort}`, username: 'bench', password: 'bench', concurrency: 50 },
    },
    sources: Object.fromEntries(
      SOURCES.map((name) => [
        name,
        { preset: 'generic', auth, delivery_key: { body: ['id'] }, max_pending: 2 * count, routes },
      ]),
    ),
  };
}

async function start(roles) {
  const [http, ops] = [await freePort(), await freePort()];
  const main = new URL('../../dist/main.js', import.meta.url).pathname;
  const args = [main, 'start', '--config', config, '--roles', roles, '--data', join(dir, `data-${http}`)];
  const ports = {
    BRIDGE_HTTP_HOST: '127.0.0.1',
    BRIDGE_HTTP_PORT: String(http),
    BRIDGE_OPS_PORT: String(ops),
  };
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    cwd: dir,
    env: { ...process.env, ...ports },
  });
  running.push(child);
  const opsUrl = `http://127.0.0.1:${ops}`;
  for (let i = 0; i < 600; i += 1) {
    const { ok } = await fetch(`${opsUrl}/readyz`).catch(() => ({ ok: false }));
    if (ok) return { child, opsUrl, hooksUrl: `http://127.0.0.1:${http}/hooks` };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the bridge did not become ready');
}

/** Sends everything, and waits until what is not paused has ended. Answers from when to when it was sent. */
async function fill({ opsUrl, hooksUrl }) {
  const reason = JSON.stringify({ reason: 'a backlog for the bench' });
  const headers = { ...api, 'content-type': 'application/json' };
  const paused = await fetch(`${opsUrl}/api/v1/sources/${PAUSED}/pause`, {
    method: 'POST',
    headers,
    body: reason,
  });
  if (!paused.ok) throw new Error(`pausing answered ${paused.status}`);
  const first = Date.now();
  for (const [i, name] of SOURCES.entries()) {
    const share = Math.floor(count / SOURCES.length) + (i < count % SOURCES.length ? 1 : 0);
    // Connections that see the count reached together may send a few more
    const sent = await load(`${hooksUrl}/${name}`, { count: share, prefix: name });
    if (sent.refused > 0) throw new Error(`${sent.refused} of ${name} were refused`);
    say(`${name}: ${sent.accepted} accepted, ${Math.round(sent.perSecond)} a second`);
  }
  const last = Date.now();
  for (;;) {
    const counts = await (await fetch(`${opsUrl}/api/v1/counts`, { headers: api })).json();
    const open = Object.entries(counts).filter(([name]) => name !== PAUSED);
    if (open.every(([, { queued, active, scheduled }]) => queued + active + scheduled === 0))
      return [first, last];
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A spread of what can be looked up: ids, delivery keys and jobs of the whole time. */
async function known(opsUrl, first, last) {
  const ids = [];
  const keys = [];
  const jobs = [];
  for (let i = 1; i <= WINDOWS; i += 1) {
    const to = new Date(first + ((last - first) * i) / WINDOWS + 1).toISOString();
    const answer = await fetch(`${opsUrl}/api/v1/deliveries?limit=20&to=${to}`, { headers: api });
    const { items } = await answer.json();
    for (const { id, source, delivery_key: key, job_id: job } of items) {
      ids.push(id);
      keys.push({ source, key });
      if (job !== null) jobs.push(job);
    }
  }
  if (ids.length === 0 || jobs.length === 0) throw new Error('nothing to look up');
  return { ids, keys, jobs };
}

async function measure(url, { ids, keys, jobs }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const cookie = await signIn(url);
  const pick = (list, i) => list[(i * 7_919) % list.length];
  /** Answers the text; fails on anything but 200 and on an answer that is not what was asked for. */
  const ask = (path, headers, holds) =>
    new Promise((resolve, reject) => {
      get(url + path, { agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 200 && text.includes(holds)) resolve(text);
          else
            reject(
              new Error(`${path} answered ${response.statusCode} without "${holds}": ${text.slice(0, 200)}`),
            );
        });
        response.on('error', reject);
      }).on('error', reject);
    });
  const page = { cookie };
  const list = (name, path, headers, holds) => ({
    name,
    goal: FIRST_PAGE_MS,
    at: () => ({ path, headers, holds }),
  });
  const byId = (name, at) => ({ name, goal: BY_ID_MS, at });
  const kinds = [
    list('API, first page', '/api/v1/deliveries', api, '"items":[{'),
    list('API, first page of 200', '/api/v1/deliveries?limit=200', api, '"items":[{'),
    list('API, first page, delivered', '/api/v1/deliveries?state=delivered', api, '"items":[{'),
    list(
      'API, first page, dead of one source',
      '/api/v1/deliveries?state=dead&source=edr',
      api,
      '"items":[{',
    ),
    {
      name: 'API, search by a field of the body',
      goal: SEARCH_MS,
      at: () => ({ path: '/api/v1/deliveries?body_field=host%3Dhost-17', headers: api, holds: '"items":[{' }),
    },
    list('API, counts', '/api/v1/counts', api, '"delivered":'),
    list('console, list of deliveries', '/deliveries', page, 'shown of'),
    list('console, list of dead letters', '/deliveries?state=dead', page, 'shown of'),
    list('console, groups of dead letters', '/dead', page, 'Retry all'),
    list('console, overview', '/', page, 'Dead letters'),
    byId('API, one delivery by its id', (i) => {
      const id = pick(ids, i);
      return { path: `/api/v1/deliveries/${id}`, headers: api, holds: id };
    }),
    byId('API, by job_id', (i) => {
      const job = pick(jobs, i);
      return { path: `/api/v1/deliveries?job_id=${job}`, headers: api, holds: job };
    }),
    byId('API, by delivery key', (i) => {
      const { source, key } = pick(keys, i);
      return {
        path: `/api/v1/deliveries?source=${source}&delivery_key=${encodeURIComponent(key)}`,
        headers: api,
        holds: key,
      };
    }),
    byId('console, one delivery by its id', (i) => {
      const id = pick(ids, i);
      return { path: `/deliveries/${id}`, headers: page, holds: id };
    }),
  ];
  const results = [];
  for (const { name, goal, at } of kinds) {
    const took = [];
    for (let i = -requests / 10; i < requests; i += 1) {
      const { path, headers, holds } = at(Math.abs(i));
      const began = performance.now();
      await ask(path, headers, holds);
      if (i >= 0) took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    const of = (part) =>
      Number(took[Math.min(took.length - 1, Math.ceil(part * took.length) - 1)].toFixed(1));
    results.push({ name, goal, p50: of(0.5), p95: of(0.95), max: of(1) });
  }
  agent.destroy();
  return results;
}

async function signIn(url) {
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ token: TOKEN, next: '/' }),
    redirect: 'manual',
  });
  return (response.headers.get('set-cookie') ?? '').split(';')[0];
}

function print(results) {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ count, requests, results })}\n`);
    return;
  }
  const lines = results.map(
    ({ name, goal, p50, p95, max }) =>
      `| ${name} | ${p50} | ${p95} | ${max} | ${goal} | ${p95 <= goal ? 'yes' : 'NO'} |`,
  );
  process.stdout.write(
    [
      `${count} deliveries, ${requests} requests of each kind, one after the other. Milliseconds.`,
      '',
      '| asked for | p50 | p95 | longest | goal for p95 | met |',
      '| --- | --- | --- | --- | --- | --- |',
      ...lines,
      '',
    ].join('\n'),
  );
}
