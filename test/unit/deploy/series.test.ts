import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deliveryId, newEventId } from '../../../src/model/ids.js';
import type { Observation } from '../../../src/model/observation.js';
import type { SourceSettings } from '../../../src/model/settings.js';
import { countObservation } from '../../../src/ops/observe/count-observation.js';
import { initSeries } from '../../../src/ops/observe/init-series.js';
import { registerLiveGauges } from '../../../src/ops/observe/live-gauges.js';
import { createMetrics, type Metrics } from '../../../src/ops/observe/metrics.js';
import { registerProcessGauges } from '../../../src/ops/observe/process-gauges.js';

function source(name: string, secrets: readonly string[] = ['a', 'b']): SourceSettings {
  return {
    name,
    preset: 'generic',
    auth: { secrets },
    allowIps: [],
    onInvalid: 'reject',
    keepHeaders: [],
    expectedInterval: 900_000,
    routes: [
      {
        name: 'all',
        target: 'komand',
        endpoint: 'workflow',
        endpointId: '11111111-2222-4333-8444-555555555555',
        onAmbiguous: 'reconcile',
        maxAttempts: 20,
        giveUpAfter: 1_000,
      },
    ],
  };
}

const STATES = { queued: 1, active: 2, scheduled: 3, delivered: 4, dead: 5, discarded: 6 };

function openMetrics(sources: readonly SourceSettings[], redis: 'there' | 'away' = 'there'): Metrics {
  const metrics = createMetrics({ version: '1.2.3', node: 'v20.19.0' });
  const answer =
    <T>(value: T) =>
    (): Promise<T> =>
      redis === 'there' ? Promise.resolve(value) : Promise.reject(new Error('Redis is away'));
  registerLiveGauges(metrics.registry, {
    counts: answer(new Map(sources.map(({ name }) => [name, STATES]))),
    oldestPending: answer(90_000),
    redisUp: () => Promise.resolve(redis === 'there'),
    redisDurable: answer(true),
    circuits: () => [{ target: 'komand', state: 'closed' }],
    inFlight: () => 0,
    workers: answer(2),
  });
  registerProcessGauges(metrics.registry, {
    spool: () => ({ events: 3, parked: 1, bytes: 2_048, maxBytes: 4_096, oldestAt: undefined }),
    routes: () => sources.map(({ name }) => ({ source: name, route: 'all', paused: false })),
    ping: answer('PONG'),
  });
  initSeries(metrics, sources);
  return metrics;
}

async function series(metrics: Metrics): Promise<readonly string[]> {
  return (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What a source that is well used makes a process count. */
function useOf(name: string): readonly Observation[] {
  const request = {
    kind: 'request',
    requestId: 'r',
    source: name,
    method: 'POST',
    events: [],
    bytes: 100,
    durationMs: 5,
    remoteAddress: '127.0.0.1',
    headers: {},
  } as const;
  return [
    { ...request, status: 202, secretIndex: 0 },
    { ...request, status: 413, code: 'body_too_large' },
    { ...request, status: 503, code: 'store_unavailable' },
    {
      kind: 'delivery-ended',
      deliveryId: deliveryId(newEventId(0), 'all'),
      source: name,
      state: 'delivered',
      durationMs: 400,
    },
  ];
}

describe('the series of one process', () => {
  it('with twenty well used sources are at most 1,000', async () => {
    const sources = Array.from({ length: 20 }, (_, i) => source(`source-${i}`));
    const metrics = openMetrics(sources);
    for (const { name } of sources) {
      for (const seen of useOf(name)) countObservation(metrics, seen);
      for (const outcome of ['http_5xx', 'timeout']) metrics.attempts.inc({ source: name, outcome });
    }
    metrics.attemptDuration.observe({ target: 'komand' }, 0.2);
    const all = await series(metrics);
    expect(all.length).toBeGreaterThan(500);
    expect(all.length).toBeLessThanOrEqual(1_000);
  });

  it('begin at 0, so that the first of anything is an increase', async () => {
    const all = await series(openMetrics([source('splunk')]));
    for (const line of [
      'bridge_events_accepted_total{source="splunk"} 0',
      'bridge_events_dead_total{source="splunk"} 0',
      'bridge_events_discarded_total{source="splunk"} 0',
      'bridge_events_spooled_total{source="splunk"} 0',
      'bridge_events_rejected_total{source="splunk",reason="auth"} 0',
      'bridge_source_secret_used_total{source="splunk",secret="1"} 0',
      'bridge_komand_jobs_total{source="splunk",route="all",outcome="failed"} 0',
      'bridge_http_requests_total{route="hooks",method="POST",code="503"} 0',
      'bridge_log_lines_total{level="error"} 0',
      'bridge_config_reload_failures_total 0',
      'bridge_route_paused{source="splunk",route="all"} 0',
      'bridge_spool_events{state="waiting"} 3',
      'bridge_spool_oldest_event_timestamp_seconds 0',
    ]) {
      expect(all).toContain(line);
    }
  });

  it('of a secret or a source that is configured no more are forgotten at the reload', async () => {
    const metrics = openMetrics([source('splunk'), source('jira')]);
    metrics.secretUsed.inc({ source: 'splunk', secret: 0 }, 7);
    initSeries(metrics, [source('splunk', ['a'])]);
    await setImmediate();
    const all = await series(metrics);
    expect(all.filter((line) => line.startsWith('bridge_source_secret_used_total'))).toEqual([
      'bridge_source_secret_used_total{source="splunk",secret="0"} 7',
    ]);
    expect(all.filter((line) => line.startsWith('bridge_source_expected_interval_seconds'))).toEqual([
      'bridge_source_expected_interval_seconds{source="splunk"} 900',
    ]);
  });

  it('that only Redis can tell are absent while it is away: 0 would be a claim', async () => {
    const all = await series(openMetrics([source('splunk')], 'away'));
    expect(all).toContain('bridge_redis_up 0');
    const names = new Set(all.map((line) => line.replace(/[ {].*/, '')));
    for (const name of [
      'redis_durable',
      'workers_connected',
      'queue_events',
      'queue_oldest_event_timestamp_seconds',
    ])
      expect(names, name).not.toContain(`bridge_${name}`);
    expect(all).toContain('bridge_redis_command_duration_seconds_count 0');
  });
});
