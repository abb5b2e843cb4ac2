import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A boundary stands exactly at each promised limit: 250 ms to answer, 60 s to deliver. */
const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];
const ATTEMPT_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
const DELIVERY_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything that is counted as it happens, in a registry of its own. Labels hold configured names and fixed
 * words only: never an id, an address or a message, so that a stranger cannot grow the number of series.
 */
export function createMetrics(build: { readonly version: string; readonly node: string }) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []): Counter<T> =>
    new Counter({ name: `bridge_${name}`, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> =>
    new Gauge({ name: `bridge_${name}`, help, labelNames, registers });
  const histogram = <T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    buckets: number[],
  ): Histogram<T> => new Histogram({ name: `bridge_${name}`, help, labelNames, buckets, registers });

  collectDefaultMetrics({ register: registry });
  gauge('build_info', 'What is running; always 1.', ['version', 'node']).set(
    { version: build.version, node: build.node },
    1,
  );

  return {
    registry,
    httpRequests: counter('http_requests_total', 'Requests answered by the public listener.', [
      'route',
      'method',
      'code',
    ]),
    httpDuration: histogram(
      'http_request_duration_seconds',
      'Time to answer a request.',
      ['route'],
      HTTP_SECONDS,
    ),
    httpSize: histogram('http_request_size_bytes', 'Size of request bodies.', ['route'], SIZE_BYTES),
    accepted: counter('events_accepted_total', 'Events stored for the first time.', ['source']),
    filtered: counter('events_filtered_total', 'Accepted events that no route wanted.', ['source']),
    deduplicated: counter('events_deduplicated_total', 'Events that had been accepted before.', ['source']),
    ignored: counter('events_ignored_total', 'Handshakes and test pings.', ['source']),
    spooled: counter('events_spooled_total', 'Events kept in the local spool while Redis was away.', [
      'source',
    ]),
    rejected: counter('events_rejected_total', 'Requests or batch elements that were not accepted.', [
      'source',
      'reason',
    ]),
    quarantined: counter('events_quarantined_total', 'Authentic but invalid bodies, kept for release.', [
      'source',
    ]),
    secretUsed: counter('source_secret_used_total', 'Requests admitted by each live secret.', [
      'source',
      'secret',
    ]),
    created: counter('deliveries_created_total', 'Deliveries created: one for each route of an event.', [
      'source',
    ]),
    attempts: counter('delivery_attempts_total', 'Attempts by how they ended.', ['source', 'outcome']),
    attemptDuration: histogram(
      'delivery_attempt_duration_seconds',
      'Time of one attempt.',
      ['target'],
      ATTEMPT_SECONDS,
    ),
    deliverySeconds: histogram(
      'event_delivery_seconds',
      'From acceptance to the job id.',
      ['source'],
      DELIVERY_SECONDS,
    ),
    delivered: counter('events_delivered_total', 'Deliveries that reached their target.', ['source']),
    dead: counter('events_dead_total', 'Deliveries that became dead letters.', ['source']),
    discarded: counter('events_discarded_total', 'Deliveries that a person discarded.', ['source']),
    jobs: counter('komand_jobs_total', 'Komand jobs that were followed to an outcome.', [
      'source',
      'route',
      'outcome',
    ]),
    lastDelivered: gauge(
      'last_delivered_timestamp_seconds',
      'When this process last got a delivery to its target; 0 = not since it started.',
    ),
    lastEvent: gauge('source_last_event_timestamp_seconds', 'When the source last sent an accepted event.', [
      'source',
    ]),
    expectedInterval: gauge('source_expected_interval_seconds', 'How often the source is expected to send.', [
      'source',
    ]),
    logLines: counter('log_lines_total', 'Log lines written.', ['level']),
    configReloads: gauge(
      'config_last_reload_success_timestamp_seconds',
      'When the configuration last took effect.',
    ),
    configReloadFailures: counter(
      'config_reload_failures_total',
      'Changed configurations that were refused.',
    ),
    configInfo: gauge('config_info', 'Which configuration is in force; always 1.', ['hash']),
  };
}
