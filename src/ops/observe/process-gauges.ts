import { Histogram, type Registry } from 'prom-client';
import { createScrapeGauge } from './scrape-gauge.js';

/** What this process alone knows, and how fast Redis answers it. */
export interface ProcessSources {
  /** Absent without the role ingress. `oldestAt` is Unix milliseconds. */
  readonly spool: () =>
    | {
        readonly events: number;
        readonly parked: number;
        readonly bytes: number;
        readonly maxBytes: number;
        readonly oldestAt: number | undefined;
      }
    | undefined;
  /** Every configured route and whether this process has paused it. Empty without the role worker. */
  readonly routes: () => readonly {
    readonly source: string;
    readonly route: string;
    readonly paused: boolean;
  }[];
  /** One PING. */
  readonly ping: () => Promise<unknown>;
}

/** Below a millisecond on one machine; with `appendfsync always` a slow disk shows here first. */
const REDIS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2];

/** Registers the gauges of the spool and of paused routes, and the time of one PING for each scrape. */
export function registerProcessGauges(registry: Registry, sources: ProcessSources): void {
  const gauge = createScrapeGauge(registry);
  gauge(
    'spool_events',
    'Events of the local spool, by whether they wait or were put aside.',
    ['state'],
    (self) => {
      const spool = sources.spool();
      if (spool === undefined) return;
      self.set({ state: 'waiting' }, spool.events);
      self.set({ state: 'parked' }, spool.parked);
    },
  );
  gauge('spool_bytes', 'Disk that the events of the local spool take.', [], (self) => {
    const spool = sources.spool();
    if (spool !== undefined) self.set(spool.bytes);
  });
  gauge('spool_max_bytes', 'Bytes above which the local spool takes no more.', [], (self) => {
    const spool = sources.spool();
    if (spool !== undefined) self.set(spool.maxBytes);
  });
  gauge(
    'spool_oldest_event_timestamp_seconds',
    'Acceptance of the oldest event waiting in the local spool; 0 = none.',
    [],
    (self) => {
      const spool = sources.spool();
      if (spool !== undefined) self.set((spool.oldestAt ?? 0) / 1_000);
    },
  );
  gauge(
    'route_paused',
    'Whether this worker has paused the route because it is broken.',
    ['source', 'route'],
    (self) => {
      for (const { source, route, paused } of sources.routes()) self.set({ source, route }, paused ? 1 : 0);
    },
  );
  new Histogram({
    name: 'bridge_redis_command_duration_seconds',
    help: 'Time of a PING, one for each scrape.',
    buckets: REDIS_SECONDS,
    registers: [registry],
    async collect() {
      const started = performance.now();
      try {
        await sources.ping();
        this.observe((performance.now() - started) / 1_000);
      } catch {
        // `bridge_redis_up` tells it
      }
    },
  });
}
