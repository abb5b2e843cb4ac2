import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { postedBodies } from '../support/posted-bodies.js';
import { testKey } from '../support/seals.js';
import { ALERTS_TOKEN, makeBridge, type BridgeProcess, type TestBridge } from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

const [A, B] = [
  { id: 'a', key: testKey(1) },
  { id: 'b', key: testKey(2) },
];

interface Shown {
  readonly state: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly attempts: readonly { readonly answer: string | null; readonly reason: string | null }[];
  readonly unreadable?: string;
  readonly delivery_key: string;
}

describe('encryption at rest', () => {
  let redis: TestRedis;
  let simulator: Simulator;
  let bridge: TestBridge;
  let folder: string;
  /** One for each way in, so that a hit names its way. */
  const canary = (way: string): string => `canary-${way}-${seed}`;
  let seed: string;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    seed = randomBytes(6).toString('hex');
    folder = mkdtempSync(join(tmpdir(), 'bridge-sealed-'));
    const schema = join(folder, 'strict.json');
    writeFileSync(schema, '{"type":"object","required":["severity"]}');
    simulator = await startSimulator({
      seed: 11,
      settings: { jobDelayMs: [0, 10], jobDurationMs: [1, 5], outcomes: { succeeded: 1 } },
    });
    const alerts = {
      preset: 'generic',
      auth: { type: 'token', in: 'header', name: 'x-token', secrets: [ALERTS_TOKEN] },
      delivery_key: { body: ['id'] },
      keep_headers: ['x-kept'],
      map: 'raw',
      routes: [{ workflow: '11111111-2222-4333-8444-555555555555' }],
    };
    bridge = makeBridge({
      redisUrl: redis.url,
      targetUrl: simulator.url,
      sources: { alerts, strict: { ...alerts, schema } },
      extra: { redis: { url: redis.url, prefix: seed }, storage: { encryption: { keys: [A] } } },
    });
  });
  afterEach(async () => {
    await bridge.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (
    to: BridgeProcess,
    body: object,
    { source = 'alerts', token = ALERTS_TOKEN, kept = canary('header') } = {},
  ): Promise<{ status: number; answer: { status: string; deliveries: string[] } }> => {
    const response = await fetch(`${to.hooksUrl}/hooks/${source}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': token, 'x-kept': kept },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      answer: (await response.json()) as { status: string; deliveries: string[] },
    };
  };
  const show = async (by: BridgeProcess, id: string): Promise<Shown> =>
    (await by.api(`/api/v1/deliveries/${id}`)) as Shown;
  const useKeys = async (keys: readonly object[], processes: readonly BridgeProcess[]): Promise<void> => {
    const reloads = processes.map((each) => each.stdout().split('config.reloaded').length);
    const config = parse(readFileSync(bridge.configFile, 'utf8')) as Record<string, unknown>;
    writeFileSync(bridge.configFile, stringify({ ...config, storage: { encryption: { keys } } }));
    for (const each of processes) each.signal('SIGHUP');
    await waitUntil('the reload', () =>
      processes.every((each, i) => each.stdout().split('config.reloaded').length > (reloads[i] ?? 0)),
    );
  };

  it('leaves no payload in Redis nor in the spool, and delivers, shows, replays and releases it all the same', async () => {
    const all = await bridge.start('ingress,worker,ops');
    const told = { status: 400, body: { message: `no: ${canary('answer')}` } };
    await fetch(`${simulator.url}/__sim/faults`, {
      method: 'POST',
      body: JSON.stringify([
        { match: { path: '/v2/workflows', nth: 1 }, fault: { kind: 'status', ...told } },
      ]),
    });

    // A dead letter whose answer repeats something, then a small and a large one that are delivered
    const dead = (await send(all, { id: canary('key'), n: canary('body') })).answer.deliveries[0] ?? '';
    await waitUntil('the dead letter', async () => (await show(all, dead)).state === 'dead');
    const large = { id: 'large', text: `${canary('large')} `.repeat(1_000) };
    const sent = [{ id: 'small', n: canary('small') }, large];
    for (const body of sent) {
      const id = (await send(all, body)).answer.deliveries[0] ?? '';
      await waitUntil('the delivery', async () => (await show(all, id)).state === 'delivered');
      expect(await show(all, id)).toMatchObject({
        body: JSON.stringify(body),
        delivery_key: `body:${body.id}`,
        headers: { 'x-kept': canary('header') },
      });
    }
    const shown = await show(all, dead);
    expect(shown.body).toContain(canary('body'));
    expect(JSON.stringify(shown.attempts)).toContain(canary('answer'));

    const replay = await all.post(`/api/v1/deliveries/${dead}/replay`, {
      reason: 'edited',
      body: { id: 'edited', n: canary('edited') },
    });
    const { id: again } = (await replay.json()) as { id: string };
    await waitUntil('the replay', async () => (await show(all, again)).state === 'delivered');
    await all.post(`/api/v1/deliveries/${dead}/retry`, { reason: 'now it works' });
    await waitUntil('the dead letter', async () => (await show(all, dead)).state === 'delivered');

    // What was refused, and what was quarantined and released
    expect((await send(all, { id: canary('refused') }, { token: 'wrong' })).status).toBe(401);
    expect((await send(all, { id: 'q', n: canary('quarantined') }, { source: 'strict' })).status).toBe(422);
    const { items } = (await all.api('/api/v1/rejected')) as {
      items: { id: string; quarantined: boolean }[];
    };
    expect(items).toHaveLength(2);
    const quarantined = await Promise.all(
      items.map(async ({ id }) => JSON.stringify(await all.api(`/api/v1/rejected/${id}`))),
    );
    expect(quarantined.join('')).toContain(canary('quarantined'));
    writeFileSync(join(folder, 'strict.json'), '{"type":"object"}');
    await useKeys([A], [all]);
    const released = items[quarantined.findIndex((text) => text.includes(canary('quarantined')))];
    expect((await all.post(`/api/v1/rejected/${released?.id}/release`, { reason: 'fixed' })).status).toBe(
      202,
    );

    // Into the spool, and out of it
    redis.signal('SIGSTOP');
    const spooled = await send(all, { id: 'spooled', n: canary('spooled') });
    expect(spooled.answer.status).toBe('spooled');
    const spool = filesBelow(bridge.dir).filter((file) => file.includes('spool') && file.endsWith('.mdb'));
    expect(spool.some((file) => readFileSync(file).includes(spooled.answer.deliveries[0] ?? '-'))).toBe(true);
    redis.signal('SIGCONT');
    await waitUntil('the spooled one to arrive', async () => {
      const found = await show(all, spooled.answer.deliveries[0] ?? '').catch(() => undefined);
      return found?.state === 'delivered';
    });

    const posted = [...(await postedBodies(simulator.url)).keys()].join('\n');
    for (const way of ['body', 'small', 'large', 'edited', 'quarantined', 'spooled'])
      expect(posted, way).toContain(canary(way));
    // The append-only file holds every write there ever was, deleted values included
    const stored = [...filesBelow(redis.dir), ...spool];
    const traces = stored.map((file) => readFileSync(file).toString('latin1')).join('\n');
    expect(traces).toContain(dead);
    expect(traces).toContain('x.a.');
    expect(traces).toContain('bx.a.');
    const hits = traces.match(new RegExp(`.{0,80}canary-[a-z]+-${seed}.{0,40}`, 'g')) ?? [];
    expect(hits).toEqual([]);
  }, 180_000);

  it('changes keys without a restart; without an old key what needs it waits, whole, until it is back', async () => {
    const [ingress, ops] = [await bridge.start('ingress'), await bridge.start('ops')];
    const first = (await send(ingress, { id: '1', n: 'under a' })).answer.deliveries[0] ?? '';
    await useKeys([B, A], [ingress, ops]);
    const second = (await send(ingress, { id: '2', n: 'under b' })).answer.deliveries[0] ?? '';
    const traces = (): string =>
      filesBelow(redis.dir)
        .map((file) => readFileSync(file).toString('latin1'))
        .join('\n');
    expect(traces()).toContain('x.b.');
    expect((await show(ops, first)).body).toContain('under a');

    await useKeys([B], [ingress, ops]);
    const worker = await bridge.start('worker');
    await waitUntil('the one that can be read', async () => (await show(ops, second)).state === 'delivered');
    await waitUntil('the other one to wait', async () => (await show(ops, first)).state === 'scheduled');
    const closed = await show(ops, first);
    expect(closed).toMatchObject({
      body: '',
      attempts: [],
      unreadable: 'it was encrypted with the key "a", which storage.encryption.keys does not have',
    });
    expect(worker.stdout()).toContain('delivery.sealed');
    expect(worker.stdout()).not.toContain(A.key);
    const refused = await ops.post(`/api/v1/deliveries/${first}/retry`, { reason: 'try' });
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'conflict' }]);

    // The right id, the wrong key
    await useKeys([B, { id: 'a', key: testKey(3) }], [ops]);
    expect((await show(ops, first)).unreadable).toContain('it does not open with the key "a"');

    await useKeys([B, A], [ingress, ops, worker]);
    expect((await show(ops, first)).unreadable).toBeNull();
    expect((await ops.post(`/api/v1/deliveries/${first}/retry`, { reason: 'it is back' })).status).toBe(202);
    await waitUntil('the other one', async () => (await show(ops, first)).state === 'delivered');
    const posted = [...(await postedBodies(simulator.url)).keys()].filter((body) => body.includes('under'));
    expect(posted.toSorted()).toEqual(['{"id":"1","n":"under a"}', '{"id":"2","n":"under b"}']);
  }, 180_000);
});

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}
