import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPromtool } from '../support/find-promtool.js';
import {
  ALERTS_TOKEN,
  makeBridge,
  WORKFLOW,
  type BridgeProcess,
  type TestBridge,
} from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

const SOURCES = Object.fromEntries(
  Array.from({ length: 19 }, (_, i) => [
    `source-${i}`,
    {
      preset: 'generic',
      auth: { type: 'token', in: 'header', name: 'x-token', secrets: [`secret-${i}-new`, `secret-${i}-old`] },
      expected_interval: '15m',
      routes: [{ workflow: WORKFLOW }],
    },
  ]),
);
const NAME = /(?<![:\w])(?:bridge|process|nodejs)_\w+/g;

let redis: TestRedis;
let bridge: TestBridge;
let all: BridgeProcess;

beforeAll(async () => {
  redis = await startRedis();
  // Nobody listens there: attempts are made and fail, which is all that is wanted here
  bridge = makeBridge({ redisUrl: redis.url, targetUrl: 'http://127.0.0.1:9', sources: SOURCES });
  all = await bridge.start('ingress,worker,ops');
});

afterAll(async () => {
  await bridge.close();
  await redis.close();
});

const scrape = async (): Promise<string> => (await fetch(`${all.opsUrl}/metrics`)).text();
const value = (text: string, series: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);

async function post(token: string): Promise<number> {
  const answer = await fetch(`${all.hooksUrl}/hooks/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-token': token },
    body: JSON.stringify({ id: 'one' }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('a live scrape of a process with twenty sources', () => {
  it('counts what happens', async () => {
    const before = await scrape();
    expect(value(before, 'bridge_events_accepted_total{source="alerts"}')).toBe('0');
    expect(await post(ALERTS_TOKEN)).toBe(202);
    expect(await post('wrong')).toBe(401);
    await waitUntil('both to be counted and an attempt to have failed', async () => {
      const text = await scrape();
      return (
        value(text, 'bridge_events_accepted_total{source="alerts"}') === '1' &&
        value(text, 'bridge_source_secret_used_total{source="alerts",secret="0"}') === '1' &&
        value(text, 'bridge_events_rejected_total{source="alerts",reason="auth"}') === '1' &&
        text.includes('bridge_delivery_attempts_total{source="alerts",outcome="connection"}') &&
        value(text, 'bridge_redis_up') === '1' &&
        value(text, 'bridge_workers_connected') === '1'
      );
    });
  });

  it('has at most 1,000 series', async () => {
    const series = (await scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(series.length).toBeGreaterThan(500);
    expect(series.length).toBeLessThanOrEqual(1_000);
  });

  it('has every metric that a rule or the dashboard names', async () => {
    const types = (await scrape()).match(/(?<=^# TYPE )\w+/gm) ?? [];
    const known = new Set(types.flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]));
    for (const file of [
      'deploy/prometheus/alerts.yml',
      'deploy/grafana/provisioning/dashboards/komand-bridge.json',
    ]) {
      const used = readFileSync(file, 'utf8').match(NAME) ?? [];
      expect(used.length, file).toBeGreaterThan(20);
      expect(
        used.filter((name) => !known.has(name)),
        file,
      ).toEqual([]);
    }
  });

  it('never scans Redis', async () => {
    const client = new Redis(redis.url);
    try {
      // The bulk runner looks at its own small set five times a second: a scrape that scanned would do so every time
      await waitUntil('five scrapes without a scan', async () => {
        await client.config('RESETSTAT');
        for (let i = 0; i < 5; i += 1) await scrape();
        const stats = await client.info('commandstats');
        expect(stats).toMatch(/cmdstat_ping:calls=\d/);
        expect(stats).not.toMatch(/cmdstat_(?:keys|scan|sscan|hscan|zscan|smembers|sort)\b/);
        return true;
      });
    } finally {
      client.disconnect();
    }
  });

  const promtool = findPromtool();
  it.skipIf(promtool === undefined)(
    'is to the liking of promtool check metrics (skipped where promtool is not installed)',
    async () => {
      const text = (await scrape())
        .split('\n')
        // The runtime's own collectors, which the bridge does not name
        .filter((line) => !/^(?:# (?:HELP|TYPE) )?(?:nodejs|process)_/.test(line))
        .join('\n');
      const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], {
        input: text,
        encoding: 'utf8',
      });
      expect(`${stdout}${stderr}`).toBe('');
      expect(status).toBe(0);
    },
  );
});
