import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET } from '../support/hand-made-source.js';
import { rawHttp } from '../support/raw-http.js';
import { makeBridge, WORKFLOW, type BridgeProcess, type TestBridge } from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';
import { BODY_ATTACKS } from './body-attacks.js';
import { startHostileKomand, type HostileKomand } from './hostile-komand.js';
import { HTTP_ATTACKS } from './http-attacks.js';
import { PATH_ATTACKS } from './path-attacks.js';
import { freshBody, signed } from './requests.js';
import { SENDER_ATTACKS } from './sender-attacks.js';

const hmac = (secret: string): object => ({ type: 'hmac', header: 'x-signature', secrets: [secret] });
const source = (over: object): object => ({
  // A preset that takes JSON and nothing else
  preset: 'standard-webhooks',
  schema: 'schema.json',
  delivery_key: { body: ['id'] },
  max_body: '256KiB',
  map: 'raw',
  routes: [{ workflow: WORKFLOW }],
  ...over,
});
const SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string' }, n: { type: 'number' } },
};
/** Descriptors of connections that are on their way out. */
const FEW = 40;

interface Figures {
  readonly requests: number;
  readonly rejected: number;
  readonly accepted: number;
  readonly deduplicated: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly restarts: number;
  readonly unexpected: number;
}

/** The same attacks on the program as it runs: a process of its own, a real Redis, the presets that ship. */
describe('attacks on the program', () => {
  let redis: TestRedis;
  let admin: Redis;
  let komand: HostileKomand;
  let bridge: TestBridge;
  let running: BridgeProcess;
  let port: number;

  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    komand = await startHostileKomand();
    bridge = makeBridge({
      redisUrl: redis.url,
      targetUrl: komand.url,
      sources: {
        alarms: source({ auth: hmac(SECRET) }),
        other: source({ auth: hmac('another secret') }),
        inside: source({ auth: hmac(SECRET), allow_ips: ['10.0.0.1'] }),
      },
    });
    writeFileSync(join(bridge.dir, 'schema.json'), JSON.stringify(SCHEMA));
    running = await bridge.start('ingress,worker,ops');
    port = Number(new URL(running.hooksUrl).port);
    for (let i = 0; i < 300; i += 1) await good();
  });
  afterAll(async () => {
    await bridge.close();
    await komand.close();
    admin.disconnect();
    await redis.close();
  });

  async function good(): Promise<void> {
    const { answers } = await rawHttp(port, signed(freshBody()));
    expect(answers.map(({ status }) => status)).toEqual([202]);
  }

  async function figures(): Promise<Figures> {
    const text = await (await fetch(`${running.opsUrl}/metrics`)).text();
    const sum = (name: string): number =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
        .map(([, value]) => Number(value))
        .reduce((total, value) => total + value, 0);
    return {
      requests: sum('bridge_http_requests_total'),
      rejected: sum('bridge_events_rejected_total'),
      accepted: sum('bridge_events_accepted_total'),
      deduplicated: sum('bridge_events_deduplicated_total'),
      rss: sum('process_resident_memory_bytes'),
      descriptors: sum('process_open_fds'),
      restarts: sum('process_start_time_seconds'),
      unexpected: (running.stdout().match(/"level":"error"/g) ?? []).length,
    };
  }

  /** Deliveries that are kept. A refused request may leave a record of itself, never one of these. */
  const jobs = async (): Promise<number> =>
    (await admin.keys('bridge:{*}:dlv_*')).filter((key) => !key.endsWith(':lock')).length;

  const all = [...HTTP_ATTACKS, ...BODY_ATTACKS, ...SENDER_ATTACKS, ...PATH_ATTACKS];

  it.each(all.map((attack) => [attack.id, attack.title, attack] as const))(
    '%s: %s',
    async (_id, _title, attack) => {
      const [before, jobsBefore] = [await figures(), await jobs()];
      const result = await rawHttp(port, attack.input(), attack.options);
      const { closed, allow, code } = attack.expect;
      const statuses = attack.untyped === undefined ? attack.expect.statuses : [422];
      expect(result.answers.map(({ status }) => status)).toEqual(statuses);
      expect(closed === undefined || result.closed).toBe(true);
      const [first] = result.answers;
      expect(allow ?? first?.headers['allow']).toBe(first?.headers['allow']);
      expect(first?.body ?? '').toContain(code === undefined ? '' : `"code":"${code}"`);
      const told = await waitUntil('everything to be counted', async () => {
        const now = await figures();
        return now.requests - before.requests >= statuses.length && now;
      });
      expect(told.requests - before.requests).toBe(statuses.length);
      const refused = statuses.filter((status) => status >= 300).length;
      expect(told.rejected - before.rejected).toBe(refused);
      const known = told.accepted - before.accepted + told.deduplicated - before.deduplicated;
      expect(known).toBe(statuses.length - refused);
      expect(told.accepted - before.accepted).toBeLessThanOrEqual(attack.stored ?? 0);
      expect((await jobs()) - jobsBefore).toBe(told.accepted - before.accepted);
      expect([told.restarts, told.unexpected]).toEqual([before.restarts, before.unexpected]);
      if (attack.hidden !== undefined)
        expect((result.text + running.stdout()).includes(attack.hidden)).toBe(false);
      await good();
    },
  );

  it('leave its memory and its descriptors as they were, and one line for each request', async () => {
    const before = await figures();
    for (let round = 0; round < 3; round += 1)
      for (const attack of all.filter(({ options }) => options === undefined))
        await rawHttp(port, attack.input());
    for (let i = 0; i < 100; i += 1) await good();
    const after = await waitUntil('descriptors to be back', async () => {
      const now = await figures();
      return now.descriptors <= before.descriptors + FEW && now;
    });
    expect(after.rss).toBeLessThan(before.rss * 1.2);
    const lines = running.stdout().match(/"request_id":"req_[^\n]*"http\.status":\d+/g) ?? [];
    expect(lines).toHaveLength(after.requests);
  });
});
