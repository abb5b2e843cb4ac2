import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'bullmq';
import { openApp } from '../../src/app.js';
import type { InForce } from '../../src/in-force.js';
import type { Attempt } from '../../src/model/delivery.js';
import type { OpsToken } from '../../src/model/settings.js';
import type { Source } from '../../src/model/source.js';
import { createBatchedBackend } from '../../src/queue/batched-backend.js';
import { createDeliveryRecords } from '../../src/queue/delivery-records.js';
import { arrivalOf } from './arrivals.js';
import { handMadeRoute, handMadeSource } from './hand-made-source.js';
import { openTestStore, PREFIX, type TestStore } from './open-test-store.js';
import { waitUntil } from './wait-until.js';
import { CLEAR, NO_SEAL } from './seals.js';

export const OPERATOR: OpsToken = { name: 'oncall', role: 'operator', token: 'an-operator-token' };
export const VIEWER: OpsToken = { name: 'screen', role: 'viewer', token: 'a-viewer-token' };

export interface TestOps {
  readonly url: string;
  readonly store: TestStore;
  /** Puts other sources or tokens in force. */
  reload(over: {
    readonly tokens?: readonly OpsToken[];
    readonly sources?: readonly Source[];
  }): Promise<void>;
  /** Accepts so many events of a source, with the bodies that are given. */
  accept(source: string, bodies: readonly string[]): Promise<string[]>;
  /** Works off everything that waits: what `dies` names becomes a dead letter, the rest is delivered as job `job-<n>`. */
  work(source: string, dies: (id: string) => Partial<Attempt> | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The operations listener of a real program over a real Redis; deliveries are worked off by the test itself. */
export async function openTestOps(redisUrl: string): Promise<TestOps> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bridge-ops-'));
  const sources = [sourceNamed('alerts'), sourceNamed('other')];
  const initial = inForceOf(redisUrl, [OPERATOR, VIEWER], sources);
  const app = await openApp({
    initial,
    roles: ['ops'],
    version: '0.0.0-test',
    instance: 'test',
    dataDir,
    readFile: () => '',
    writeLine: () => undefined,
  });
  const store = await openTestStore(
    { url: redisUrl },
    sources.map(({ name }) => name),
  );
  const { client, connections } = store;
  const records = createDeliveryRecords({
    client,
    prefix: PREFIX,
    retentionMs: 3_600_000,
    sources: () => ['alerts', 'other'],
    seal: NO_SEAL,
  });
  let jobs = 0;
  const url = app.opsUrl ?? '';
  await waitUntil('readiness', async () => (await fetch(`${url}/readyz?verbose`)).status !== 0);

  return {
    url,
    store,
    reload: ({ tokens = [OPERATOR, VIEWER], sources: next = sources }) =>
      app.reload(inForceOf(redisUrl, tokens, next)),
    async accept(source, bodies) {
      const stored = await store.events.accept(bodies.map((body) => arrivalOf({ source, body })));
      return stored.flatMap(({ deliveries }) => deliveries);
    },
    async work(source, dies) {
      const worker = new Worker(
        `{${source}}`,
        async (job) => {
          const id = String(job.id);
          const attempt = attemptOf(dies(id) ?? {});
          const delivery = (await store.reader.show(id))?.delivery;
          if (delivery === undefined) return {};
          if (dies(id) !== undefined) {
            await records.saveProgress(delivery, { attempts: [attempt], counted: 1, dropped: 0 });
            throw new Error(attempt.reason);
          }
          jobs += 1;
          const receipt = {
            jobId: `job-${jobs}`,
            deliveredAt: Date.now(),
            attempt: { ...attempt, outcome: 'delivered' as const },
          };
          return receipt;
        },
        { connection: connections.patient, prefix: PREFIX },
        createBatchedBackend({
          seal: NO_SEAL,
          client: connections.patient,
          prefix: PREFIX,
          source,
          lockMs: 30_000,
          retentionMs: 3_600_000,
          now: Date.now,
          signal: new AbortController().signal,
        }),
      );
      worker.on('error', () => undefined);
      await waitUntil('everything to be worked off', async () => {
        const counts = (await store.reader.counts()).get(source);
        return counts !== undefined && counts.queued + counts.active === 0;
      });
      await worker.close();
    },
    async close() {
      await store.close();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function attemptOf(over: Partial<Attempt>): Attempt {
  const base = { number: 1, startedAt: Date.now(), durationMs: 12, reached: 'answered' } as const;
  return { ...base, outcome: 'rejected', ...over };
}

function sourceNamed(name: string): Source {
  return handMadeSource({ name, routes: [handMadeRoute({ name: 'main', source: name })] });
}

function inForceOf(url: string, tokens: readonly OpsToken[], sources: readonly Source[]): InForce {
  return {
    hash: 'test',
    sources: new Map(sources.map((source) => [source.name, source])),
    effective: { config: { ops: { tokens: [{ token: '***' }] } }, origins: { '/ops/tokens/0/token': 'env' } },
    config: {
      redis: { url, mode: 'single', nodes: [], prefix: PREFIX },
      http: { host: '127.0.0.1', port: 0, maxBody: 1_048_576, trustProxy: [], maxConnections: 100 },
      ops: { host: '127.0.0.1', port: 0, tokens },
      spool: { dir: 'data/spool', maxBytes: 1_048_576 },
      storage: CLEAR,
      retention: { delivered: 3_600_000, dead: 3_600_000, rejected: 3_600_000 },
      log: { level: 'error' },
      targets: [
        {
          name: 'soar',
          type: 'komand',
          // Nothing listens there
          url: 'http://127.0.0.1:9',
          publicUrl: 'https://soar.example',
          username: 'bridge',
          password: 'a-target-password',
          tokenAs: 'bearer',
          tls: { insecureSkipVerify: false },
          timeout: 1_000,
          concurrency: 4,
          sessionMax: 60_000,
        },
      ],
      sources: [],
    },
  };
}
