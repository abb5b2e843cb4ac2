import type { Registry } from 'prom-client';
import type { DeliveryState } from '../../model/delivery.js';
import { createScrapeGauge } from './scrape-gauge.js';

/** What is asked for at each scrape. Every function answers from memory or one cheap round trip, never by a scan. */
export interface LiveSources {
  readonly counts: () => Promise<ReadonlyMap<string, Readonly<Record<DeliveryState, number>>>>;
  /** Unix milliseconds of the oldest delivery that is still waiting or scheduled. */
  readonly oldestPending: () => Promise<number | undefined>;
  readonly redisUp: () => Promise<boolean>;
  readonly redisDurable: () => Promise<boolean>;
  readonly circuits: () => readonly {
    readonly target: string;
    readonly state: 'closed' | 'open' | 'half-open';
  }[];
  readonly inFlight: () => number;
  readonly workers: () => Promise<number>;
}

const CIRCUIT_STATES = ['closed', 'half-open', 'open'] as const;

/** Registers the gauges that are read at scrape time. */
export function registerLiveGauges(registry: Registry, live: LiveSources): void {
  const gauge = createScrapeGauge(registry);
  gauge('queue_events', 'Deliveries in each state.', ['state'], async (self) => {
    const totals = new Map<string, number>();
    for (const states of (await live.counts()).values()) {
      for (const [state, count] of Object.entries(states))
        totals.set(state, (totals.get(state) ?? 0) + count);
    }
    for (const [state, count] of totals) self.set({ state }, count);
  });
  gauge(
    'queue_oldest_event_timestamp_seconds',
    'Acceptance of the oldest delivery not yet ended; 0 = none.',
    [],
    async (self) => {
      self.set(((await live.oldestPending()) ?? 0) / 1_000);
    },
  );
  gauge('redis_up', 'Whether Redis answers and takes writes.', [], async (self) =>
    self.set((await live.redisUp()) ? 1 : 0),
  );
  gauge('redis_durable', 'Whether what Redis acknowledged survives its being killed.', [], async (self) =>
    self.set((await live.redisDurable()) ? 1 : 0),
  );
  gauge('workers_connected', 'Delivery workers connected to Redis, over all processes.', [], async (self) =>
    self.set(await live.workers()),
  );
  gauge('http_requests_in_flight', 'Requests being answered.', ['route'], (self) =>
    self.set({ route: 'hooks' }, live.inFlight()),
  );
  gauge(
    'circuit_state',
    "State of each target's circuit: 1 for the one it is in.",
    ['target', 'state'],
    (self) => {
      for (const { target, state } of live.circuits()) {
        for (const each of CIRCUIT_STATES) self.set({ target, state: each }, each === state ? 1 : 0);
      }
    },
  );
}
