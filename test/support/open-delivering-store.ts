import type { MinimalJob } from 'bullmq';
import type { Receipt } from '../../src/model/delivery.js';
import { createBatchedBackend } from '../../src/queue/batched-backend.js';
import { createDeliveryRecords, type DeliveryRecords } from '../../src/queue/delivery-records.js';
import { keysOf } from '../../src/queue/keys.js';
import type { Seal } from '../../src/queue/seal.js';
import { arrivalOf } from './arrivals.js';
import { openTestStore, PREFIX, type TestStore } from './open-test-store.js';

const LOCK_MS = 30_000;
const RETENTION_MS = 600_000;
const SENTENCES = 'The disk of the host is nearly full and the backup of the night has not run. '.repeat(9);

/** A store of the source `alerts` that is empty, and what a worker does on it. */
export interface DeliveringStore extends TestStore {
  readonly records: DeliveryRecords;
  /** Takes the next one. Answers its id, or `null`. */
  take(): Promise<string | null>;
  /** Ends one that was taken. */
  end(id: string, receipt?: Receipt): Promise<void>;
  /** Accepts and delivers so many, of about a kilobyte. Answers their ids. */
  deliver(count: number): Promise<readonly string[]>;
}

export function receiptOf(id: string, jobId = `job-${id}`): Receipt {
  return {
    jobId,
    deliveredAt: 1_760_000_000_000,
    message: 'event published to queue',
    jobUrl: `https://komand.example.com/jobs/details/${jobId}`,
    attempt: {
      number: 1,
      startedAt: 1_760_000_000_000,
      durationMs: 12.5,
      outcome: 'delivered',
      reached: 'answered',
      status: 200,
      jobId,
      answer: `{"job_id":"${jobId}"}`,
    },
  };
}

export async function openDeliveringStore(url: string, seal: Seal): Promise<DeliveringStore> {
  const sources = ['alerts'];
  const store = await openTestStore({ url }, sources, Date.now, seal);
  await store.client.flushall();
  const open = createBatchedBackend({
    seal,
    client: store.connections.patient,
    prefix: PREFIX,
    source: 'alerts',
    lockMs: LOCK_MS,
    retentionMs: RETENTION_MS,
    now: Date.now,
    signal: new AbortController().signal,
  });
  const options = { prefix: PREFIX, connection: store.connections.patient, skipVersionCheck: true };
  const backend = open(keysOf(PREFIX, 'alerts').queueName, options);
  backend.on('error', () => undefined);

  const take = async (): Promise<string | null> => (await backend.moveToActive('token'))[1] ?? null;
  const end = async (id: string, receipt = receiptOf(id)): Promise<void> => {
    const job = { id, opts: { attempts: 1 } } as MinimalJob & { id: string };
    await backend.moveToCompleted(job, receipt, false, 'token', false);
  };
  return {
    ...store,
    records: createDeliveryRecords({
      client: store.client,
      prefix: PREFIX,
      retentionMs: RETENTION_MS,
      sources: () => sources,
      seal,
    }),
    take,
    end,
    deliver: async (count) => {
      const arrivals = Array.from({ length: count }, (_, n) =>
        arrivalOf({ body: `{"n":${n},"title":"${SENTENCES}"}`, headers: { 'x-a': 'é\u0000' } }),
      );
      await store.events.accept(arrivals);
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push((await take()) ?? '');
      await Promise.all(ids.map((id) => end(id)));
      return ids;
    },
    close: async () => {
      await backend.close();
      await store.close();
    },
  };
}
