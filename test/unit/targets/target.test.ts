import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/observation.js';
import type { TargetCall, Target } from '../../../src/model/target.js';
import { TargetUnavailable } from '../../../src/model/target.js';
import { createKomandTarget, type KomandTarget } from '../../../src/targets/komand/target.js';
import { waitUntil } from '../../support/wait-until.js';
import { closedPort, startRaw, targetSettings } from './servers.js';
import { type Handler, startTinyKomand, type TinyKomand } from './tiny-komand.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function tinyKomand(): Promise<TinyKomand> {
  const komand = await startTinyKomand();
  closers.push(() => komand.close());
  return komand;
}

function target(
  url: string,
  over: Parameters<typeof targetSettings>[1] = {},
  observed: Observation[] = [],
): KomandTarget {
  const made = createKomandTarget(targetSettings(url, over), {
    observe: (observation) => observed.push(observation),
    readFile: () => '',
  });
  closers.push(() => made.close());
  return made;
}

function event(over: Partial<TargetCall> = {}): TargetCall {
  return {
    endpoint: { kind: 'workflow', id: 'w-1' },
    body: '{"a":1}',
    signal: new AbortController().signal,
    ...over,
  };
}

describe('sending an event to Komand', () => {
  it('logs in, posts the exact body, and returns the job id', async () => {
    const komand = await tinyKomand();
    const soar: Target = target(komand.url);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const body = '{"n":12345678901234567890, "u":"\u00e4"}';
    expect(await soar.send(event({ body, traceparent }))).toEqual({
      kind: 'delivered',
      jobId: 'j-1',
      message: 'event published to queue',
      answer: { status: 200, excerpt: '{"job_id":"j-1","message":"event published to queue"}' },
    });
    expect(komand.posts).toEqual([`/v2/workflows/w-1/events ${body}`]);
    expect(komand.headers[0]).toMatchObject({ traceparent, 'content-type': 'application/json' });
  });

  it('posts a trigger event to its own address and leaves a bad traceparent out', async () => {
    const komand = await tinyKomand();
    komand.handler = (_request, response) => response.end('{"message":"trigger event published to queue"}');
    const endpoint = { kind: 'trigger', id: '../x y' } as const;
    const outcome = await target(komand.url).send(event({ endpoint, traceparent: 'x\r\ny: z' }));
    expect(outcome).toMatchObject({ kind: 'delivered', message: 'trigger event published to queue' });
    expect(outcome).not.toHaveProperty('jobId');
    expect(komand.posts).toEqual(['/v2/trigger/..%2Fx%20y/events {"a":1}']);
    expect(komand.headers[0]).not.toHaveProperty('traceparent');
  });

  it('shows the token as a cookie where the settings say so', async () => {
    const komand = await tinyKomand();
    expect(await target(komand.url, { tokenAs: 'cookie' }).send(event())).toMatchObject({
      kind: 'delivered',
    });
    expect(komand.headers[0]).not.toHaveProperty('authorization');
    expect(komand.headers[0]?.cookie).toBe(`jwt=${komand.valid}`);
  });

  it('logs in exactly once when 40 sends at once meet a revoked token, and delivers each once', async () => {
    const komand = await tinyKomand();
    const soar = target(komand.url);
    await soar.send(event());
    komand.valid = 'revoked';
    const bodies = Array.from({ length: 40 }, (_, i) => `{"i":${i}}`);
    const outcomes = await Promise.all(bodies.map((body) => soar.send(event({ body }))));
    expect(outcomes.every(({ kind }) => kind === 'delivered')).toBe(true);
    expect(komand.logins).toBe(2);
    expect(komand.posts.slice(1).toSorted()).toEqual(
      bodies.map((body) => `/v2/workflows/w-1/events ${body}`).toSorted(),
    );
  });

  it('gives up after one new login, and says that the route is broken', async () => {
    const komand = await tinyKomand();
    const soar = target(komand.url);
    komand.login = (_request, response) => response.end(JSON.stringify({ token: 'never-good' }));
    expect(await soar.send(event())).toMatchObject({
      kind: 'route-broken',
      errorClass: 'auth',
      reached: 'answered',
    });
    expect(komand.logins).toBe(2);
  });

  it('says that the target is down while the login is refused, and does not hammer', async () => {
    const observed: Observation[] = [];
    const komand = await tinyKomand();
    komand.login = (_request, response) =>
      response.writeHead(401).end('{"message":"correct-horse is wrong"}');
    const soar = target(komand.url, {}, observed);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => soar.send(event())));
    await soar.send(event());
    expect(outcomes[0]).toMatchObject({
      kind: 'target-down',
      errorClass: 'auth',
      reached: 'not_sent',
      retryAfterMs: 300_000,
    });
    expect(komand.logins).toBe(1);
    expect(soar.session()).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify([observed, outcomes, soar.session()])).not.toContain('correct-horse');
    komand.login = undefined;
    soar.resetSession();
    expect(await soar.send(event())).toMatchObject({ kind: 'delivered' });
  });

  it('says that the target is down when the token has ended and no new one can be had', async () => {
    const komand = await tinyKomand();
    const soar = target(komand.url);
    await soar.send(event());
    komand.valid = 'revoked';
    komand.login = (_request, response) => response.writeHead(503).end();
    expect(await soar.send(event())).toMatchObject({
      kind: 'target-down',
      errorClass: 'http_5xx',
      reached: 'answered',
      answer: { status: 401 },
    });
    expect(komand.posts).toHaveLength(1);
  });

  it('says that the target is down when nothing listens', async () => {
    const outcome = await target(`http://127.0.0.1:${await closedPort()}`).send(event());
    expect(outcome).toMatchObject({ kind: 'target-down', errorClass: 'connection', reached: 'not_sent' });
  });

  it('calls a reset after the request ambiguous', async () => {
    const komand = await tinyKomand();
    komand.handler = (request) => request.socket.resetAndDestroy();
    expect(await target(komand.url).send(event())).toMatchObject({
      kind: 'ambiguous',
      reached: 'sent_no_answer',
    });
  });

  it('keeps no token, password or Authorization value of an answer that echoes them', async () => {
    const komand = await tinyKomand();
    komand.handler = (request, response) => {
      const echoed = { message: `bad ${request.headers.authorization}`, user_secret: 'correct-horse' };
      response.writeHead(400).end(JSON.stringify(echoed));
    };
    const text = JSON.stringify(await target(komand.url).send(event()));
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(komand.valid);
    expect(text).not.toContain('correct-horse');
  });

  describe('at a shutdown', () => {
    it('is interrupted while it waits for a login, which goes on for others', async () => {
      const komand = await tinyKomand();
      let release = (): void => {};
      komand.login = (_request, response) => {
        release = () => response.end(JSON.stringify({ token: (komand.valid = 'late') }));
      };
      const controller = new AbortController();
      const soar = target(komand.url);
      const interrupted = soar.send(event({ signal: controller.signal }));
      const patient = soar.send(event());
      await waitUntil('the login', () => komand.logins === 1);
      controller.abort();
      expect(await interrupted).toMatchObject({
        kind: 'interrupted',
        errorClass: 'shutdown',
        reached: 'not_sent',
      });
      expect(komand.posts).toEqual([]);
      release();
      expect(await patient).toMatchObject({ kind: 'delivered' });
    });

    it('runs on to the answer once the request has left', async () => {
      const komand = await tinyKomand();
      const controller = new AbortController();
      komand.handler = (_request, response) => {
        controller.abort();
        setImmediate(() => response.end('{"job_id":"j-9"}'));
      };
      expect(await target(komand.url).send(event({ signal: controller.signal }))).toMatchObject({
        jobId: 'j-9',
      });
    });

    it('does not begin when the signal has already fired', async () => {
      const komand = await tinyKomand();
      const soar = target(komand.url);
      await soar.login();
      expect(await soar.send(event({ signal: AbortSignal.abort() }))).toMatchObject({ kind: 'interrupted' });
      expect(komand.posts).toEqual([]);
    });

    it('leaves no listener on a signal that serves many calls', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      const komand = await tinyKomand();
      const { signal } = new AbortController();
      const soar = target(komand.url);
      await Promise.all(Array.from({ length: 30 }, () => soar.send(event({ signal }))));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', onWarning);
      expect(warnings).toEqual([]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
  });
});

describe('reading from Komand', () => {
  function answering(answers: Record<string, unknown>): Handler {
    return (request, response) => {
      const found = answers[request.url ?? ''];
      if (found === undefined) response.writeHead(404).end('{}');
      else response.end(typeof found === 'string' ? found : JSON.stringify(found));
    };
  }

  it('asks for jobs newest first, by page and status', async () => {
    const komand = await tinyKomand();
    komand.handler = answering({
      '/v2/jobs?desc=created_at&desc=job_id&limit=50&offset=0': {
        jobs: [{ job_id: 'a', status: 'queued' }, {}],
      },
      '/v2/jobs?status=failed&desc=created_at&desc=job_id&limit=5&offset=10': { jobs: null },
    });
    const soar = target(komand.url);
    expect(await soar.jobs({ limit: 50, offset: 0 })).toMatchObject([{ jobId: 'a', status: 'queued' }]);
    expect(await soar.jobs({ limit: 5, offset: 10, status: 'failed' })).toEqual([]);
  });

  it('reads one job, its steps, and every list', async () => {
    const komand = await tinyKomand();
    komand.handler = answering({
      '/v2/jobs/a%2Fb': { job_id: 'a/b', status: 'succeeded' },
      '/v2/jobs/a/steps': [{ name: 'Step_1' }],
      '/v2/workflows?status=active&minimum=true': { workflows: [{ name: 'W', workflow_uid: 'w' }] },
      '/v2/users': { users: [{ user_id: 1, user_name: 'u' }] },
      '/v2/connections': [{ id: 3, name: 'c', plugin: 'jira' }],
      '/v2/plugins': { plugins: [{ name: 'p', version: '1.0.0' }] },
    });
    const soar = target(komand.url);
    expect(await soar.job('a/b')).toMatchObject({ jobId: 'a/b', status: 'succeeded' });
    expect(await soar.jobSteps('a')).toEqual([{ name: 'Step_1' }]);
    expect(await soar.workflows()).toMatchObject([{ id: 'w', name: 'W' }]);
    expect(await soar.users()).toMatchObject([{ id: '1', name: 'u' }]);
    expect(await soar.connections()).toMatchObject([{ id: '3', name: 'c', type: 'jira' }]);
    expect(await soar.plugins()).toMatchObject([{ name: 'p', type: '1.0.0' }]);
  });

  it.each([400, 404, 410])('takes %i for a job that is not known (yet)', async (status) => {
    const komand = await tinyKomand();
    komand.handler = (_request, response) => response.writeHead(status).end();
    expect(await target(komand.url).job('x')).toBeUndefined();
  });

  it.each([
    ['http_5xx', 503, ''],
    ['http_429', 429, ''],
    ['permission', 403, ''],
    ['permission', 200, '{"status":"ACCESS_DENIED"}'],
    ['redirect', 302, ''],
    ['bad_answer', 200, '<html>'],
    ['bad_answer', 200, ''],
  ])('rejects with %s for %i %s', async (errorClass, status, text) => {
    const komand = await tinyKomand();
    komand.handler = (_request, response) => response.writeHead(status).end(text);
    const soar = target(komand.url);
    for (const reading of [soar.jobs({ limit: 1, offset: 0 }), soar.job('x')]) {
      const error: unknown = await reading.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TargetUnavailable);
      expect(error).toMatchObject({ errorClass });
    }
  });

  it('logs in anew when the token is not accepted, and rejects when that does not help', async () => {
    const komand = await tinyKomand();
    komand.handler = (_request, response) => response.end('{"job_id":"x"}');
    const soar = target(komand.url);
    await soar.job('x');
    komand.valid = 'revoked';
    expect(await soar.job('x')).toMatchObject({ jobId: 'x' });
    expect(komand.logins).toBe(2);
    komand.login = (_request, response) => response.writeHead(500).end();
    komand.valid = 'revoked again';
    await expect(soar.job('x')).rejects.toMatchObject({ name: 'TargetUnavailable', errorClass: 'http_5xx' });
  });

  it('rejects with auth while the login is refused or a fresh token is not accepted', async () => {
    const komand = await tinyKomand();
    komand.login = (_request, response) => response.end(JSON.stringify({ token: 'never-good' }));
    const soar = target(komand.url);
    await expect(soar.job('x')).rejects.toMatchObject({ errorClass: 'auth' });
    komand.login = (_request, response) => response.writeHead(403).end();
    await expect(soar.job('x')).rejects.toMatchObject({ errorClass: 'auth' });
    await expect(soar.login()).rejects.toMatchObject({ errorClass: 'auth' });
  });

  it('rejects an answer that was not read whole, though what came is JSON', async () => {
    const komand = await tinyKomand();
    komand.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"job_id":"x"}', () => response.destroy());
    };
    await expect(target(komand.url).job('x')).rejects.toMatchObject({ errorClass: 'bad_answer' });
  });

  it('rejects when Komand does not answer', async () => {
    const server = await startRaw((socket) => socket.once('data', () => socket.destroy()));
    closers.push(() => server.close());
    await expect(target(server.url).job('x')).rejects.toBeInstanceOf(TargetUnavailable);
  });
});

describe('a Komand target', () => {
  it('builds links from the public address', async () => {
    const { jobUrl } = target('http://127.0.0.1:1');
    expect(jobUrl('a b')).toBe('https://komand.example.com/jobs/details/a%20b');
    expect(jobUrl('..')).toBe('https://komand.example.com/jobs/details/%2E%2E');
    expect(jobUrl('\ud800')).toBe('https://komand.example.com/jobs/details/%EF%BF%BD');
  });

  it('says loudly that certificates are not checked', async () => {
    const observed: Observation[] = [];
    target('https://127.0.0.1:1', { tls: { insecureSkipVerify: true } }, observed);
    expect(observed).toMatchObject([{ kind: 'notice', level: 'error', event: 'tls.insecure' }]);
  });

  it('gives up what is still connecting when it is closed', async () => {
    let connected = false;
    const silent = await startRaw(() => (connected = true));
    closers.push(() => silent.close());
    const soar = target(`https://127.0.0.1:${silent.port}`);
    const sending = soar.send(event());
    await waitUntil('the connection', () => connected);
    await soar.close();
    expect(await sending).toMatchObject({ kind: 'target-down', reached: 'not_sent' });
  });

  it('tells the permissions of its login and never its token', async () => {
    const komand = await tinyKomand();
    const state = await target(komand.url).login();
    expect(state).toMatchObject({ kind: 'open', permissions: ['APP'] });
    expect(JSON.stringify(state)).not.toContain(komand.valid);
  });
});
