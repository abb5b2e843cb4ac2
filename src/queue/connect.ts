import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { readFileSync } from 'node:fs';
import type { Observe } from '../model/observation.js';
import type { RedisSettings } from '../model/settings.js';

export type RedisClient = Redis | Cluster;

/**
 * Connections of one process. Two kinds, because one must fail fast and the other must never time out:
 * a command time-out on a worker's blocking connection stops that worker for good.
 */
export interface RedisConnections {
  /** For whoever must answer soon: nothing is queued while Redis is away, nothing waits longer than 2 s. */
  readonly quick: RedisClient;
  /** For BullMQ's workers and queues: waits as long as it takes. */
  readonly patient: RedisClient;
  close(): Promise<void>;
}

/** A command that has no answer by then fails; it may be executed all the same. Milliseconds. */
const COMMAND_TIMEOUT = 2_000;

/**
 * A connection whose other end vanished without a word (a power failure, a firewall) would be waited for until TCP gives
 * up, after minutes. Above every time that BullMQ blocks for. Milliseconds.
 */
const SILENCE_QUICK = 5_000;
const SILENCE_PATIENT = 30_000;
const QUIT_TIMEOUT = 1_000;

/** Back within 1 s of Redis being back, after any time away: the library's own delay grows to 20 s. */
export const retryDelayMs = (tries: number): number => Math.min(tries * 100, 1_000);

/** Opens the connections; they connect, and reconnect, by themselves. Each change of state is told once. */
export function openRedis(settings: RedisSettings, observe: Observe): RedisConnections {
  const quick = connect(settings, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT,
    socketTimeout: SILENCE_QUICK,
  });
  const patient = connect(settings, { maxRetriesPerRequest: null, socketTimeout: SILENCE_PATIENT });
  const stopTelling = tellOfChanges(quick, observe);
  // An error event nobody listens to would end the process; `quick` tells the story
  patient.on('error', () => undefined);
  return {
    quick,
    patient,
    close: async () => {
      stopTelling();
      await Promise.allSettled([end(quick), end(patient)]);
    },
  };
}

function connect(settings: RedisSettings, extra: RedisOptions): RedisClient {
  // Replies in the shapes of RESP2, which BullMQ reads
  const options = { ...commonOptions(settings), ...extra, replyMapping: 'legacy' as const };
  const nodes = settings.nodes.map(toNode);
  if (settings.mode === 'cluster') {
    const { enableOfflineQueue = true, ...redisOptions } = options;
    return new Cluster(nodes.length > 0 ? nodes : [toNode(new URL(settings.url).host)], {
      redisOptions,
      enableOfflineQueue,
      clusterRetryStrategy: retryDelayMs,
      slotsRefreshTimeout: COMMAND_TIMEOUT,
      // Not for BullMQ's: with it, a connect() while the cluster is down never settles (seen with ioredis 6.0.0), BullMQ
      // waits for it for ever, and that worker takes nothing more although the client is long back
      enableReadyCheck: !enableOfflineQueue,
    });
  }
  if (settings.mode === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: nodes,
      name: settings.masterName ?? 'mymaster',
      sentinelRetryStrategy: retryDelayMs,
      // Without it clients stay on a frozen master, which acknowledges what the new one never sees
      failoverDetector: true,
    });
  }
  return new Redis(settings.url, options);
}

function commonOptions(settings: RedisSettings): RedisOptions {
  const { username, password, tls } = settings;
  return {
    retryStrategy: retryDelayMs,
    connectTimeout: COMMAND_TIMEOUT,
    // A demoted master answers READONLY: reconnect, and the write goes to the new one
    reconnectOnError: oncePerSecond((error) => error.message.startsWith('READONLY')),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            rejectUnauthorized: !tls.insecureSkipVerify,
            ...(tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) }),
          },
        }),
  };
}

/** Each refused command of a batch asks anew, and each time the library would hang another listener on the socket. */
function oncePerSecond(mustReconnect: (error: Error) => boolean): (error: Error) => 1 | false {
  let last = -Infinity;
  return (error) => {
    if (!mustReconnect(error) || performance.now() - last < 1_000) return false;
    last = performance.now();
    return 1;
  };
}

function toNode(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  return at < 0 ? { host: text, port: 6379 } : { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
}

/** Answers what to call before the connection is closed on purpose, which is no outage. */
function tellOfChanges(client: RedisClient, observe: Observe): () => void {
  let up: boolean | undefined;
  const tell = (now: boolean, cause: string): void => {
    if (up === now) return;
    up = now;
    observe({
      kind: 'notice',
      level: now ? 'info' : 'error',
      event: now ? 'redis.up' : 'redis.down',
      message: now ? 'Redis answers' : 'Redis does not answer; trying again until it does',
      data: { cause },
    });
  };
  let lastError = 'connection closed';
  client.on('error', (error: Error & { code?: string }) => (lastError = error.code ?? error.name));
  client.on('ready', () => tell(true, 'connected'));
  const onClose = (): void => tell(false, lastError);
  client.on('close', onClose);
  return () => void client.off('close', onClose);
}

async function end(client: RedisClient): Promise<void> {
  // A Redis that hangs does not answer QUIT either
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, QUIT_TIMEOUT)));
  if (client.status === 'ready') await Promise.race([client.quit().catch(() => undefined), patience]);
  clearTimeout(timer);
  client.disconnect();
}
