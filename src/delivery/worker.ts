import {
  DelayedError,
  UnrecoverableError,
  Worker,
  type BackendFactory,
  type ConnectionOptions,
  type Job,
  type JobJson,
  type RedisQueueBackend,
} from 'bullmq';
import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery, Progress, Receipt } from '../model/delivery.js';
import { NO_PROGRESS } from '../model/delivery.js';
import { isJsonObject } from '../model/json.js';
import { isDeliveryId } from '../model/ids.js';
import type { Observe } from '../model/observation.js';
import { SealedError } from '../model/sealed-error.js';
import type { Deliver } from './deliver.js';
import type { Records } from './ports.js';
import { createSealedNotice } from './sealed-notice.js';

/**
 * A worker that died is noticed when its lock is over and the next check has come: at most 12 s. A lock is renewed
 * every half of its time, however long the call to the target takes.
 */
export const LOCK_MS = 8_000;
const STALL_CHECK_MS = 4_000;
/** Deaths of workers are counted by us, per delivery; BullMQ's own limit would make dead letters of bystanders. */
const NO_STALL_LIMIT = 1_000_000;
/** After an error of Redis itself (out of memory, read-only) BullMQ asks again at once, thousands of times a second. */
const BRAKE_MS = 1_000;
const RETRY_MS = 500;
/** A delivery that cannot be opened is looked at again so often: its key may come with the next reload. */
const SEALED_MS = 60_000;

export interface SourceWorkerDeps {
  readonly source: string;
  readonly queueName: string;
  readonly prefix: string;
  /** Must not time out: a blocking command of a worker waits as long as it takes. */
  readonly connection: ConnectionOptions;
  /** How deliveries are fetched and ended; ending one keeps its receipt. */
  readonly backend: BackendFactory<RedisQueueBackend>;
  /** Reads what the queue keeps, or says why it cannot be opened. */
  readonly readDelivery: (id: string, text: string) => Delivery | SealedError | undefined;
  readonly concurrency: number;
  readonly deliver: Deliver;
  readonly records: Pick<Records, 'saveProgress'>;
  readonly observe: Observe;
  readonly now: () => number;
  /** Fires at shutdown. */
  readonly signal: AbortSignal;
}

/** BullMQ's worker, whose jobs are deliveries as this program keeps them. */
class DeliveryWorker extends Worker<Delivery, Receipt> {
  readDelivery: SourceWorkerDeps['readDelivery'] | undefined;
  readonly #sealed = new WeakMap<Job, string>();

  /** Why a job cannot be opened. */
  whySealed(job: Job<Delivery, Receipt>): string | undefined {
    const { progress } = job;
    const closed = isJsonObject(progress) && progress['sealed'] !== undefined;
    return this.#sealed.get(job) ?? (closed ? 'its progress does not open' : undefined);
  }

  protected override createJob(json: JobJson, id: string): Job<Delivery, Receipt> {
    const job = super.createJob({ ...json, data: '{}' }, id);
    const delivery = this.readDelivery?.(id, json.data);
    if (delivery instanceof SealedError) this.#sealed.set(job, delivery.message);
    else if (delivery !== undefined) job.data = delivery;
    return job;
  }
}

/** Works off one source's queue. */
export interface SourceWorker {
  readonly source: string;
  /** Takes nothing new while held; what is under way goes on. */
  hold(held: boolean): void;
  setConcurrency(concurrency: number): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export function startSourceWorker(deps: SourceWorkerDeps): SourceWorker {
  const { source, queueName, prefix, connection, concurrency } = deps;
  const tell = createSealedNotice(deps);
  const worker: DeliveryWorker = new DeliveryWorker(
    queueName,
    (job, token) => {
      const sealed = worker.whySealed(job);
      if (sealed === undefined) return work(deps, job, token);
      tell(job.id ?? '', sealed);
      return waitForKey(deps, job, token);
    },
    {
      connection,
      prefix,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALL_CHECK_MS,
      maxStalledCount: NO_STALL_LIMIT,
      runRetryDelay: RETRY_MS,
      skipVersionCheck: true,
    },
    deps.backend,
  );
  worker.readDelivery = deps.readDelivery;

  let held = false;
  let braking: NodeJS.Timeout | undefined;
  const apply = (): void => {
    if (deps.signal.aborted) return;
    if (held || braking !== undefined) void worker.pause(true);
    else void worker.resume();
  };
  worker.on('error', (error) => {
    // A lock that is lost concerns one delivery, which another worker has by now
    if (braking !== undefined || isConnectionTrouble(error) || isRefusal(error)) return;
    deps.observe({
      kind: 'notice',
      level: 'warn',
      event: 'worker.error',
      message: 'The queue refused a worker; it pauses for a second',
      data: { source, cause: error.message.slice(0, 300) },
    });
    braking = setTimeout(() => {
      braking = undefined;
      apply();
    }, BRAKE_MS);
    apply();
  });
  worker.on('completed', (job) => tellEnd(deps, job.data, 'delivered'));
  worker.on('failed', (job) => {
    if (job !== undefined) tellEnd(deps, job.data, 'dead');
  });

  return {
    source,
    hold: (now) => {
      if (held === now) return;
      held = now;
      apply();
    },
    setConcurrency: (next) => {
      if (next >= 1) worker.concurrency = next;
    },
    close: async () => {
      clearTimeout(braking);
      await worker.close();
    },
  };
}

async function work(deps: SourceWorkerDeps, job: Job<Delivery, Receipt>, token = ''): Promise<Receipt> {
  const delivery = job.data;
  // Kept by a worker that had lost its lock when it came to end it: Redis was away for too long
  const noted = readReceipt(job.returnvalue);
  if (noted !== undefined) return noted;
  const progress = readProgress(job.progress);
  const lostStarts = Math.max(0, job.attemptsStarted - 1 - (progress.starts ?? 0));
  const verdict = await deps.deliver({ delivery, progress, lostStarts, signal: deps.signal });
  // A doubt that was settled in this very start is not on record yet
  if (verdict.kind !== 'delivered' || verdict.progress !== progress)
    await untilDone(deps, () => deps.records.saveProgress(delivery, verdict.progress));
  if (verdict.kind === 'delivered') return verdict.receipt;
  // Only that it failed is read of it; the reason stands in the timeline, which may be encrypted
  if (verdict.kind === 'dead') throw new UnrecoverableError(verdict.progress.deadClass ?? 'dead');
  await untilDone(deps, () => job.moveToDelayed(verdict.at, token));
  throw new DelayedError();
}

/** Without its key a delivery waits: that is no attempt, and no death of a worker. */
async function waitForKey(deps: SourceWorkerDeps, job: Job<Delivery, Receipt>, token = ''): Promise<never> {
  const { id = '', attemptsStarted } = job;
  const progress = { ...readProgress(job.progress), starts: attemptsStarted };
  if (isDeliveryId(id))
    await untilDone(deps, () => deps.records.saveProgress({ id, source: deps.source }, progress));
  await untilDone(deps, () => job.moveToDelayed(deps.now() + SEALED_MS, token));
  throw new DelayedError();
}

/**
 * Redis may be away just now. An error here would make a dead letter of the delivery, so it is tried until it works;
 * when the lock is lost meanwhile, another worker has the delivery and BullMQ refuses whatever this one says.
 */
async function untilDone(deps: SourceWorkerDeps, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (isRefusal(error)) throw error;
      // Left as it is: its lock runs out and another worker takes it up
      if (deps.signal.aborted) throw new DelayedError();
      await wait(RETRY_MS);
    }
  }
}

/** BullMQ's own errors carry a negative number as code: the lock is lost (-2), the job is gone (-1) … */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}

function isConnectionTrouble(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('E');
}

function readProgress(progress: unknown): Progress {
  if (!isJsonObject(progress) || !Array.isArray(progress['attempts'])) return NO_PROGRESS;
  // Written by `saveProgress`
  return progress as Progress & typeof progress;
}

function readReceipt(value: unknown): Receipt | undefined {
  if (!isJsonObject(value) || typeof value['deliveredAt'] !== 'number') return undefined;
  // Written when the delivery was ended
  return value as Receipt & typeof value;
}

function tellEnd(deps: SourceWorkerDeps, delivery: Delivery, state: 'delivered' | 'dead'): void {
  deps.observe({
    kind: 'delivery-ended',
    deliveryId: delivery.id,
    source: delivery.source,
    state,
    durationMs: deps.now() - delivery.receivedAt,
  });
}
