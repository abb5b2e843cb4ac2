import type { Arrival } from '../model/arrival.js';
import type { Notice } from '../model/observation.js';
import type { DurableStoreDeps } from './durable-store-deps.js';
import type { AcceptResult } from './event-store.js';

/**
 * A put that was too slow for its answer (503) may be committed after the last look, with nobody to wake the drain: so
 * often it looks by itself. Milliseconds.
 */
const LOOK_MS = 2_000;
const PARKED_RETRY_MS = 60_000;

export interface SpoolDrain {
  /** Whether Redis is known to be away. */
  isAway(): boolean;
  /** Whether nothing is spooled. */
  isIdle(): boolean;
  wentAway(cause: string): void;
  /** Something was spooled. */
  wake(): void;
  close(): Promise<void>;
}

/** Moves what is spooled to Redis, oldest first, as soon as Redis takes it; meanwhile it knows whether Redis is away. */
export function createSpoolDrain(deps: DurableStoreDeps): SpoolDrain {
  const { redis, spool, observe, drainBatch, probeMs, parkedRetryMs = PARKED_RETRY_MS } = deps;
  let away = spool.stats().events > 0;
  let idle = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let moved = 0;
  let closed = false;

  const notice = (level: Notice['level'], event: string, message: string, data: Notice['data'] = {}): void =>
    observe({ kind: 'notice', level, event, message, data });

  const wake = (delayMs = probeMs): void => {
    idle = false;
    if (closed || timer !== undefined || running !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      running = run().finally(() => {
        running = undefined;
        if (!closed) look();
      });
    }, delayMs);
  };

  const wentAway = (cause: string): void => {
    if (!away) notice('error', 'spool.in_use', 'Redis takes no writes; events go to the spool', { cause });
    away = true;
    wake();
  };

  const look = (): void => {
    const { events, parked } = spool.stats();
    if (events > 0 || away) return wake();
    idle = parked === 0;
    if (moved > 0) notice('info', 'spool.drained', 'The spool is empty again', { events: moved });
    moved = 0;
  };

  /** While Redis is away one event is the probe: a Redis that hangs would execute every batch it was sent, later. */
  const run = async (): Promise<void> => {
    try {
      for (;;) {
        const batch = closed ? undefined : spool.next(away ? 1 : drainBatch);
        if (batch === undefined) break;
        const results = await redis.acceptEach(batch.arrivals);
        const failed = results.find((result) => !result.ok && !result.lasting);
        if (failed === undefined && results.length > 0) away = false;
        // From the first that failed on all stay, so that none overtakes another
        const upTo = failed === undefined ? results.length : results.indexOf(failed);
        await batch.settle(
          results.map((result, i) => (i >= upTo ? 'kept' : result.ok ? 'stored' : 'parked')),
        );
        moved += upTo;
        results.slice(0, upTo).forEach((result, i) => tell(batch.arrivals[i], result));
        tellUnreadable(batch.unreadable);
        if (failed !== undefined && !failed.ok) return wentAway(failed.cause);
        // Requests come first
        await new Promise((resolve) => setImmediate(resolve));
      }
      away = false;
    } catch (error) {
      notice('error', 'spool.failed', 'The spool cannot be read or written', {
        cause: error instanceof Error ? error.message : String(error),
      });
    }
  };

  const tell = (arrival: Arrival | undefined, result: AcceptResult): void => {
    if (arrival === undefined) return;
    const { id: eventId, source } = arrival.event;
    if (!result.ok) {
      const message =
        'Redis takes every event but this one; it is put aside and offered again from time to time';
      notice('error', 'spool.parked', message, { eventId, source, cause: result.cause });
    } else if (result.stored.status === 'duplicate' && result.stored.eventId !== eventId) {
      const message = 'A spooled event is the same as one that was stored before; that one is delivered';
      notice('info', 'spool.duplicate', message, { eventId, source, sameAs: result.stored.eventId });
    }
  };

  const tellUnreadable = (causes: readonly string[]): void => {
    if (causes.length === 0) return;
    const message = 'Spooled events cannot be read; they are put aside and offered again from time to time';
    notice('error', 'spool.unreadable', message, { events: causes.length, cause: causes[0] ?? '' });
  };

  const lookTimer = setInterval(() => {
    if (timer === undefined && running === undefined && spool.stats().events > 0) wake(0);
  }, LOOK_MS);
  const parkedTimer = setInterval(() => {
    if (!away && spool.stats().parked > 0) void spool.unpark().then(() => wake(0));
  }, parkedRetryMs);
  wake();

  return {
    isAway: () => away,
    isIdle: () => idle,
    wentAway,
    wake: () => wake(),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(lookTimer);
      clearInterval(parkedTimer);
      await running;
    },
  };
}
