import {
  DelayedError,
  createRedisBackend,
  type BackendFactory,
  type JobJson,
  type RedisQueueBackend,
} from 'bullmq';
import { setTimeout as wait } from 'node:timers/promises';
import { isJsonObject } from '../model/json.js';
import type { RedisClient } from './connect.js';
import { FINISH } from './finish-script.js';
import type { Progress, Receipt } from '../model/delivery.js';
import { SealedError } from '../model/sealed-error.js';
import { keptReceipt, openProgress } from './kept-delivery.js';
import { keysOf, type SourceKeys } from './keys.js';
import { writeReceipt } from './receipt-text.js';
import { isReply, listOf, runScript } from './script.js';
import type { Seal } from './seal.js';

/** The first look at a Komand job, after its delivery: most have ended by then. Milliseconds. */
const FIRST_LOOK_MS = 2_000;
/** After a refusal of Redis itself (out of memory, read-only). Milliseconds. */
const RETRY_MS = 500;
/** What one script may do at a time; Redis does nothing else meanwhile. */
const BATCH = 64;
const OPTIONS = { attempts: 1, stackTraceLimit: 0 };

export interface BackendDeps {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly source: string;
  readonly lockMs: number;
  /** How long a delivery is found by its `job_id`, in milliseconds. */
  readonly retentionMs: number;
  readonly seal: Seal;
  readonly now: () => number;
  /** Fires at shutdown. */
  readonly signal: AbortSignal;
}

/** A delivery that got through. */
interface Ended {
  readonly id: string;
  readonly token: string;
  readonly receipt: string;
  readonly jobId: string | undefined;
  readonly at: number;
}

/** The next delivery for a worker, as BullMQ hands it on: the job, its id, no wait for a limiter, when to look again. */
type Next = [JobJson | null, string | null, 0, number];

interface Waiting {
  readonly ended: Ended | undefined;
  /** The token under which a new one is wanted. */
  readonly wanted: string | undefined;
  readonly resolve: (answer: { readonly code: number; readonly next: Next }) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * BullMQ's backend on Redis, in which a worker ends deliveries and fetches the next ones together: whatever falls into
 * one turn of the event loop is one script, one round trip and one durable write. Everything else is BullMQ's own.
 */
export function createBatchedBackend(deps: BackendDeps): BackendFactory<RedisQueueBackend> {
  return (name, opts, options) => {
    const backend = createRedisBackend(name, opts, options);
    const keys = keysOf(deps.prefix, deps.source);
    let waiting: Waiting[] = [];

    const flush = (): void => {
      const all = waiting;
      waiting = [];
      for (let from = 0; from < all.length; from += BATCH)
        void run(deps, keys, all.slice(from, from + BATCH));
    };
    const enqueue = (ended: Ended | undefined, wanted: string | undefined) =>
      new Promise<{ readonly code: number; readonly next: Next }>((resolve, reject) => {
        if (waiting.push({ ended, wanted, resolve, reject }) === 1) setImmediate(flush);
      });

    backend.moveToActive = async (token) => (await enqueue(undefined, token)).next;

    backend.moveToCompleted = async (job, returnValue, _remove, token, fetchNext) => {
      const at = deps.now();
      const jobId = isJsonObject(returnValue) ? returnValue['jobId'] : undefined;
      const ended = {
        id: job.id ?? '',
        token,
        receipt: receiptText(deps.seal, job.id ?? '', returnValue),
        jobId: typeof jobId === 'string' ? jobId : undefined,
        at,
      };
      const wanted = fetchNext && backend.closing === undefined ? token : undefined;
      const { code, next } = await untilTaken(deps.signal, () => enqueue(ended, wanted));
      if (code < 0)
        throw backend.finishedErrors({ code, jobId: ended.id, command: 'moveToFinished', state: 'active' });
      return { result: wanted === undefined ? undefined : next, finishedOn: at };
    };
    return backend;
  };
}

/** An error of Redis that is thrown here would make a dead letter of what was delivered, so it is tried until it works. */
async function untilTaken<T>(signal: AbortSignal, take: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await take();
    } catch (error) {
      if (!isReply(error)) throw error;
      // Left as it is: its lock runs out and another worker takes it up
      if (signal.aborted) throw new DelayedError();
      await wait(RETRY_MS);
    }
  }
}

async function run(deps: BackendDeps, keys: SourceKeys, batch: readonly Waiting[]): Promise<void> {
  const ends = batch.flatMap(({ ended }) => (ended === undefined ? [] : [ended]));
  const tokens = batch.flatMap(({ wanted }) => (wanted === undefined ? [] : [wanted]));
  const { base } = keys;
  const now = deps.now();
  try {
    const reply = await runScript(
      deps.client,
      FINISH,
      [
        `${base}wait`,
        `${base}active`,
        `${base}delayed`,
        `${base}meta`,
        `${base}marker`,
        `${base}stalled`,
        `${base}completed`,
        keys.follow,
      ],
      [
        base,
        now,
        deps.lockMs,
        deps.retentionMs,
        ends.length,
        ...ends.flatMap((each) => endArgs(keys, each)),
        ...tokens,
      ],
    );
    const { codes, taken, nextAt } = readReply(deps.seal, reply, now);
    let end = 0;
    let job = 0;
    for (const { ended, wanted, resolve } of batch) {
      const code = ended === undefined ? 0 : (codes[end++] ?? 0);
      const next = wanted === undefined || code < 0 ? undefined : taken[job++];
      resolve({ code, next: next === undefined ? [null, null, 0, nextAt] : [next, next.id, 0, 0] });
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function endArgs(keys: SourceKeys, { id, token, receipt, jobId, at }: Ended): readonly (string | number)[] {
  return jobId === undefined
    ? [id, token, receipt, '', '']
    : [id, token, receipt, at + FIRST_LOOK_MS, keys.jobId(jobId)];
}

/** What `FINISH` answers. */
function readReply(seal: Seal, reply: unknown, now: number) {
  const [codes, taken, nextAt] = listOf(reply);
  return {
    codes: listOf(codes).map(Number),
    taken: listOf(taken).map((each) => toJobJson(seal, listOf(each), now)),
    nextAt: Number(nextAt ?? 0),
  };
}

function toJobJson(
  seal: Seal,
  [id, data, progress, returnvalue, starts]: readonly unknown[],
  now: number,
): JobJson {
  return {
    id: textOf(id),
    name: 'delivery',
    data: textOf(data),
    opts: OPTIONS,
    progress: progressOf(seal, textOf(id), progress),
    attemptsMade: 0,
    attemptsStarted: Number(starts),
    stalledCounter: 0,
    timestamp: now,
    processedOn: now,
    failedReason: '',
    returnvalue: typeof returnvalue === 'string' ? returnvalue : 'null',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What cannot be opened stays as it is, `sealed` and all, for the worker to see. */
function progressOf(seal: Seal, id: string, value: unknown): object | number {
  if (typeof value !== 'string') return 0;
  const progress: unknown = JSON.parse(value);
  if (!isJsonObject(progress) || !Array.isArray(progress['attempts'])) return 0;
  try {
    // Written as JSON by `saveProgress`
    return openProgress(seal, id, progress as Progress & typeof progress);
  } catch (error) {
    if (error instanceof SealedError) return progress;
    throw error;
  }
}

/** What a worker returned of a delivery that got through: its receipt. One that was on record before stays as it is there. */
function receiptText(seal: Seal, id: string, returned: unknown): string {
  if (!isJsonObject(returned) || !isJsonObject(returned['attempt'])) return JSON.stringify(returned);
  return writeReceipt(keptReceipt(seal, id, returned as Receipt & typeof returned));
}
