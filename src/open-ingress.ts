import { join } from 'node:path';
import type { Config } from './model/settings.js';
import type { Shared } from './shared.js';
import { startPublicListener } from './http/public-listener.js';
import { createIntake } from './intake/create-intake.js';
import { claimSpool } from './queue/claim-spool.js';
import { createDurableStore } from './queue/durable-store.js';
import { createEventStore } from './queue/event-store.js';
import { createPendingCount } from './queue/pending-count.js';
import { openSpool, type Spool } from './queue/spool.js';

/** Senders are promised an answer within 5 s; this leaves room to send it. Milliseconds. */
const ANSWER_MS = 4_500;
const DRAIN_BATCH = 200;
const PROBE_MS = 500;

export interface Ingress {
  readonly url: string;
  readonly spool: Spool;
  inFlight(): number;
}

/** Where the spool lies: `data/…` is in the data folder, wherever that is. */
export function spoolDir({ spool }: Pick<Config, 'spool'>, dataDir: string): string {
  return spool.dir.startsWith('data/') ? join(dataDir, spool.dir.slice(5)) : spool.dir;
}

/** Opens the door: spool, store, intake, listener. Rejects when the port is taken or the spool is another's. */
export async function openIngress(shared: Shared, dataDir: string): Promise<Ingress> {
  const { closers, observe, store, inForce, leaving, draining, now } = shared;
  const { http, spool: spoolSettings } = inForce().config;
  const dir = spoolDir(inForce().config, dataDir);
  const releaseSpool = claimSpool(dir);
  closers.push('spool claim', async () => releaseSpool());
  const spool = openSpool({ dir, maxBytes: spoolSettings.maxBytes, seal: store.seal, now });
  closers.push('spool', () => spool.close());
  const redis = createEventStore(store.connections.quick, store.prefix, store.seal);
  const durable = createDurableStore({ redis, spool, observe, drainBatch: DRAIN_BATCH, probeMs: PROBE_MS });
  closers.push('spool drain', () => durable.close());

  const pending = createPendingCount(() => store.reader.counts(), now);
  const intake = createIntake({
    sources: () => inForce().sources,
    store: { accept: (arrivals) => durable.accept(arrivals), pending },
    rejected: store.rejected,
    observe,
    now,
    deadlineMs: ANSWER_MS,
  });
  const listener = await startPublicListener({ settings: http, intake, observe, leaving, draining, now });
  closers.push('public listener', () => listener.close());
  return { url: listener.url, spool, inFlight: () => listener.inFlight() };
}
