import { Queue, type Job } from 'bullmq';
import type { Delivery } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import { keysOf } from './keys.js';

/** BullMQ's event stream is not read by anybody here: kept as short as BullMQ allows to be told. */
const EVENTS_KEPT = 1;

export interface BullQueues {
  /** Those that are open; a source that is configured no more keeps its queue until the process ends. */
  readonly sources: readonly string[];
  /** Opens the queues of sources that are new. */
  add(sources: readonly string[]): void;
  /** A dead delivery goes back to waiting. */
  retryDead(source: string, deliveryId: string): Promise<void>;
  /** A scheduled delivery is tried now. */
  promote(source: string, deliveryId: string): Promise<void>;
  /** Nothing of this source is taken by a worker until it is resumed; what is under way goes on. */
  pause(source: string): Promise<void>;
  resume(source: string): Promise<void>;
  isPaused(source: string): Promise<boolean>;
  close(): Promise<void>;
}

/** One queue per source, each under its own hash tag. */
export function openQueues(client: RedisClient, prefix: string, sources: readonly string[]): BullQueues {
  const queues = new Map<string, Queue<Delivery>>();
  const add = (names: readonly string[]): void => {
    for (const name of names) if (!queues.has(name)) queues.set(name, openQueue(client, prefix, name));
  };
  add(sources);
  const jobOf = async (source: string, id: string): Promise<Job<Delivery> | undefined> =>
    queues.get(source)?.getJob(id);
  return {
    get sources() {
      return [...queues.keys()];
    },
    add,
    retryDead: async (source, id) => {
      const job = await jobOf(source, id);
      await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    },
    promote: async (source, id) => {
      const job = await jobOf(source, id);
      await job?.promote();
    },
    pause: async (source) => queues.get(source)?.pause(),
    resume: async (source) => queues.get(source)?.resume(),
    isPaused: async (source) => (await queues.get(source)?.isPaused()) ?? false,
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function openQueue(client: RedisClient, prefix: string, source: string): Queue<Delivery> {
  const queue = new Queue<Delivery>(keysOf(prefix, source).queueName, {
    connection: client,
    prefix,
    streams: { events: { maxLen: EVENTS_KEPT } },
    skipVersionCheck: true,
  });
  // Told by the connection itself, once; unheard it would end the process
  queue.on('error', () => undefined);
  return queue;
}
