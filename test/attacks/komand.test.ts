import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/model/observation.js';
import type { DeliveryOutcome } from '../../src/model/outcome.js';
import { createKomandTarget, type KomandTarget } from '../../src/targets/komand/target.js';
import { waitUntil } from '../support/wait-until.js';
import { targetSettings } from '../unit/targets/servers.js';
import { startHostileKomand, startStranger, type HostileKomand, type Stranger } from './hostile-komand.js';
import { answer, KOMAND_ATTACKS, PASSWORD } from './komand-attacks.js';

/** Long enough for every honest answer here, short enough to wait for it. */
const TIMEOUT_MS = 1_500;
/** What fits into the buffers of a connection besides the 1 MiB that is read. */
const BUFFERED = 32 * 1_048_576;

let komand: HostileKomand;
let stranger: Stranger;
let target: KomandTarget;
const observed: Observation[] = [];
let sent = 0;

beforeAll(async () => {
  komand = await startHostileKomand();
  stranger = await startStranger();
  target = open();
});
afterAll(async () => {
  await target.close();
  await stranger.close();
  await komand.close();
});

function open(over: Parameters<typeof targetSettings>[1] = {}): KomandTarget {
  const settings = targetSettings(komand.url, { password: PASSWORD, timeout: TIMEOUT_MS, ...over });
  return createKomandTarget(settings, { observe: (each) => observed.push(each), readFile: () => '' });
}

/** Posts an event of its own; answers the job id that belongs to it besides what was told. */
async function send(
  own: Readonly<Record<string, unknown>> = {},
  through = target,
): Promise<{ outcome: DeliveryOutcome; job: string }> {
  sent += 1;
  const job = `job-of-${sent}`;
  const body = JSON.stringify({ id: String(sent), ...own });
  const endpoint = { kind: 'workflow', id: 'w-1' } as const;
  const outcome = await through.send({ endpoint, body, signal: new AbortController().signal });
  return { outcome, job };
}

/** What must be so after every attack. */
async function holds(told: unknown): Promise<void> {
  const shown = JSON.stringify([told, observed]);
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), komand.token, komand.token.slice(0, 60)])
    expect(shown.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
  expect(stranger.visits()).toBe(0);
  expect(komand.mostWritten()).toBeLessThan(BUFFERED);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  const next = await send();
  expect(next.outcome).toMatchObject({ kind: 'delivered', jobId: next.job });
  await waitUntil('its connections to be few', () => komand.open() <= 2);
}

describe('a hostile Komand', () => {
  it.each(KOMAND_ATTACKS.map((attack) => [attack.id, attack.title, attack] as const))(
    '%s: %s',
    async (_id, _title, attack) => {
      const before = komand.requests.length;
      komand.next = attack.answer({ token: komand.token, stranger: stranger.url });
      const started = performance.now();
      const { outcome } = await send();
      expect(performance.now() - started).toBeLessThan(TIMEOUT_MS + 3_000);
      const told = Object.keys(attack.outcome).map((key) => [key, Reflect.get(outcome, key) as unknown]);
      expect(Object.fromEntries(told)).toEqual(attack.outcome);
      expect(
        komand.requests.slice(before).filter((path) => path.startsWith('POST /v2/workflows')),
      ).toHaveLength(1);
      await holds(outcome);
    },
  );

  it.each(['http://stranger/v2/sessions', 'file:///etc/passwd'])(
    'K-1: a login that is sent on to %s gets no password there',
    async (location) => {
      const own = open();
      const to = location.replace('http://stranger', stranger.url);
      komand.nextLogin = answer('', [`Location: ${to}`], '307 Moved');
      const { outcome } = await send({}, own);
      expect(outcome).toMatchObject({ kind: 'target-down', errorClass: 'redirect', reached: 'not_sent' });
      await own.close();
      await holds(outcome);
    },
  );

  it.each(['url', 'target', 'host', 'public_url', 'proxy', '__proto__', 'job_url', 'workflow'])(
    'K-3: an address under %s of the payload leads nowhere',
    async (key) => {
      const before = komand.requests.length;
      const evil = { url: stranger.url, host: new URL(stranger.url).host, proxy: stranger.url };
      const body: unknown = JSON.parse(
        `{"${key}":${JSON.stringify(key === '__proto__' ? evil : stranger.url)}}`,
      );
      const { outcome, job } = await send(Object(body) as Record<string, unknown>);
      expect(outcome).toMatchObject({ kind: 'delivered', jobId: job });
      expect(komand.requests.slice(before).map((each) => each.split(' {')[0])).toEqual([
        'POST /v2/workflows/w-1/events',
      ]);
      await holds(outcome);
    },
  );

  it('K-3: a polluted prototype does not lead it elsewhere either', async () => {
    const { hostname, port } = new URL(stranger.url);
    const over: Record<string, unknown> = {
      hostname,
      host: hostname,
      port,
      socketPath: '/tmp/none',
      baseURL: stranger.url,
      proxy: { host: hostname, port },
    };
    for (const [key, value] of Object.entries(over))
      Reflect.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
    const { outcome, job } = await send().finally(() => {
      for (const key of Object.keys(over)) Reflect.deleteProperty(Object.prototype, key);
    });
    expect(outcome).toMatchObject({ kind: 'delivered', jobId: job });
    await holds(outcome);
  });

  it('K-7: the job id of another event is kept, and told of', async () => {
    const { job } = await send();
    komand.next = answer(JSON.stringify({ job_id: job }));
    observed.length = 0;
    const { outcome } = await send();
    expect(outcome).toMatchObject({ kind: 'delivered', jobId: job });
    expect(observed).toMatchObject([
      { kind: 'notice', level: 'warn', event: 'target.job_id_repeated', data: { job_id: job } },
    ]);
    observed.length = 0;
    await holds(outcome);
    expect(observed).toEqual([]);
  });

  it('K-8: a cookie that Komand sets is not sent back', async () => {
    komand.next = answer(JSON.stringify({ job_id: 'cookie-1' }), ['Set-Cookie: jwt=planted; Path=/']);
    await send();
    const { outcome } = await send();
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(komand.requests.join(' ')).not.toContain('planted');
    await holds(outcome);
  });

  it('K-11: a second answer behind the first is no answer to the next event', async () => {
    const forged = answer(JSON.stringify({ job_id: 'forged' }));
    komand.next = Buffer.concat([answer(JSON.stringify({ job_id: 'right' })), forged]);
    const { outcome } = await send();
    // Whether the right one was read before the forged one broke the connection is for the client to say
    expect(['right', undefined]).toContain(Reflect.get(outcome, 'jobId'));
    const next = await send();
    expect(next.outcome).toMatchObject({ kind: 'delivered', jobId: next.job });
    await holds(outcome);
  });

  it('K-11: an answer that comes while nobody asks is no answer to the next event', async () => {
    let late = false;
    komand.next = (socket) => {
      socket.write(answer(JSON.stringify({ job_id: 'right' })));
      // Once the client has read the right one and put the connection aside
      setTimeout(() => socket.write(answer(JSON.stringify({ job_id: 'forged' })), () => (late = true)), 50);
    };
    const { outcome } = await send();
    expect(outcome).toMatchObject({ kind: 'delivered', jobId: 'right' });
    await waitUntil('the forged answer to be written', () => late);
    const next = await send();
    expect(next.outcome).toMatchObject({ kind: 'delivered', jobId: next.job });
    await holds(outcome);
  });

  it('K-11: an answer that is late goes to nobody', async () => {
    let late = false;
    komand.next = (socket) => {
      setTimeout(
        () => socket.write(answer(JSON.stringify({ job_id: 'late' })), () => (late = true)),
        TIMEOUT_MS + 300,
      );
    };
    const { outcome } = await send();
    expect(outcome).toMatchObject({ kind: 'ambiguous', errorClass: 'timeout' });
    const during = await Promise.all(Array.from({ length: 5 }, () => send()));
    await waitUntil('the late answer', () => late);
    const after = await send();
    for (const each of [...during, after])
      expect(each.outcome).toMatchObject({ kind: 'delivered', jobId: each.job });
    await holds(outcome);
  });

  it('K-11: of many at once, each gets its own job', async () => {
    const patient = open({ timeout: 60_000 });
    const all = await Promise.all(Array.from({ length: 200 }, () => send({}, patient)));
    for (const { outcome, job } of all) expect(outcome).toMatchObject({ kind: 'delivered', jobId: job });
    await patient.close();
    await waitUntil('its connections to close', () => komand.open() <= 2);
  });
});
