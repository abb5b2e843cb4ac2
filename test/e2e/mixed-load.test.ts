import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import {
  ALERTS_TOKEN,
  makeBridge,
  WORKFLOW,
  type BridgeProcess,
  type TestBridge,
} from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

let redis: TestRedis;
let simulator: Simulator;
let bridge: TestBridge;
let running: BridgeProcess;
const dir = mkdtempSync(join(tmpdir(), 'bridge-schema-'));
const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['id', 'title'],
  properties: { id: { type: 'string' }, title: { type: 'string' } },
};

beforeAll(async () => {
  redis = await startRedis();
  simulator = await startSimulator({ seed: 3, settings: { outcomes: { succeeded: 1 } } });
  const schema = join(dir, 'alerts.schema.json');
  writeFileSync(schema, JSON.stringify(SCHEMA));
  const alerts = {
    preset: 'generic',
    auth: { type: 'token', in: 'header', name: 'x-token', secrets: [ALERTS_TOKEN] },
    delivery_key: { body: ['id'] },
    schema,
    map: 'raw',
    routes: [{ workflow: WORKFLOW }],
  };
  bridge = makeBridge({ redisUrl: redis.url, targetUrl: simulator.url, sources: { alerts } });
  running = await bridge.start('ingress,worker,ops');
});
afterAll(async () => {
  await bridge.close();
  await simulator.close();
  await redis.close();
  rmSync(dir, { recursive: true });
});

type Kind = 'good' | 'duplicate' | 'bad-signature' | 'bad-schema' | 'not-json';
const KINDS: readonly Kind[] = ['good', 'duplicate', 'bad-signature', 'bad-schema', 'not-json'];
const EXPECTED: Readonly<Record<Kind, number>> = {
  good: 202,
  duplicate: 202,
  'bad-signature': 401,
  'bad-schema': 422,
  'not-json': 400,
};

function bodyOf(kind: Kind, i: number): string {
  if (kind === 'bad-schema') return `{"id":"s-${i}"}`;
  if (kind === 'not-json') return `{"id": "${i}"`;
  return JSON.stringify({ id: kind === 'duplicate' ? 'the-same' : `m-${i}`, title: 'mixed' });
}

async function metric(name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${running.opsUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('1,000 requests at once', () => {
  it('good, duplicate and bad ones get their answers, no 5xx, and the books balance', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, async (_, i) => {
        const kind = KINDS[i % KINDS.length] ?? 'good';
        const response = await fetch(`${running.hooksUrl}/hooks/alerts`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-token': kind === 'bad-signature' ? 'not-the-token' : ALERTS_TOKEN,
          },
          body: bodyOf(kind, i),
        });
        return { kind, status: response.status, text: await response.text() };
      }),
    );
    const wrong = answers.filter(({ kind, status }) => status !== EXPECTED[kind] && status !== 503);
    expect(wrong).toEqual([]);
    const refused = answers.filter(({ status }) => status === 503).length;
    // Where Redis takes its time on a busy machine, the spool takes the event
    const stored = answers.filter(({ text }) => /"status":"(queued|spooled)"/.test(text)).length;
    expect(stored + refused).toBeGreaterThanOrEqual(201);

    await waitUntil('everything to be delivered', async () => {
      const counts = (await running.api('/api/v1/counts')) as Record<string, Record<string, number>>;
      return counts['alerts']?.['delivered'] === stored;
    });
    expect(await metric('bridge_events_accepted_total', 'source="alerts"')).toBe(stored);
    expect(await metric('bridge_events_delivered_total', 'source="alerts"')).toBe(stored);
    expect(await metric('bridge_events_dead_total')).toBe(0);
    expect(await metric('bridge_events_discarded_total')).toBe(0);
    expect(await metric('bridge_events_filtered_total')).toBe(0);
    expect(await metric('bridge_events_rejected_total', 'reason="auth"')).toBe(200);
    const posts = (await (await fetch(`${simulator.url}/__sim/ledger/summary`)).json()) as {
      posts: number;
    };
    expect(posts.posts).toBe(stored);
  });
});
