import type { Arrival, Stored } from '../model/arrival.js';
import { deliveryId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import { acceptCall, toAcceptance } from './accept-calls.js';
import { readClaim } from './claim-text.js';
import type { RedisClient } from './connect.js';
import { isStoreWide } from './is-store-wide.js';
import { keysOf, type SourceKeys } from './keys.js';
import { defineScript, isReply, listOf, runScript, runScripts } from './script.js';
import type { Seal } from './seal.js';

/** Within this Redis has taken a write or it counts as away. Milliseconds; the sender is promised an answer in 5 s. */
const DEADLINE_MS = 2_500;

/** A script of so much takes Redis a millisecond or two; whoever else asks meanwhile waits for it. */
const BATCH_EVENTS = 64;
const BATCH_BYTES = 1 << 20;

/** Tells whether Redis takes writes of this source at all. */
const PROBE = defineScript(`redis.call('SET', KEYS[1], '1', 'PX', 60000) return 1`);

/** What became of one arrival. `lasting`: Redis takes writes, but not this one, and will not take it later either. */
export type AcceptResult =
  | { readonly ok: true; readonly stored: Stored }
  | { readonly ok: false; readonly lasting: boolean; readonly cause: string };

interface Waiting {
  readonly arrival: Arrival;
  readonly resolve: (result: AcceptResult) => void;
}

export interface EventStore {
  /** The same for each by itself, in order. Never rejects; answers within 2.5 s. */
  acceptEach(arrivals: readonly Arrival[]): Promise<readonly AcceptResult[]>;
  /** Rejects with `Problem` store_unavailable when Redis has not taken all of them in time. */
  accept(arrivals: readonly Arrival[]): Promise<readonly Stored[]>;
}

/** Hands events over to Redis. What arrives in one turn of the event loop goes there together. */
export function createEventStore(client: RedisClient, prefix: string, seal: Seal): EventStore {
  const keys = new Map<string, SourceKeys>();
  let waiting: Waiting[] = [];

  const keysFor = (source: string): SourceKeys => {
    let found = keys.get(source);
    if (found === undefined) keys.set(source, (found = keysOf(prefix, source)));
    return found;
  };

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (const batch of batchesOf(all)) void send(batch);
  };

  /** One event, or several of one source in one script; if that refuses, each by itself, to see whose fault it was. */
  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const failAll = (cause: string): void =>
      batch.forEach(({ resolve }) => resolve({ ok: false, lasting: false, cause }));
    const timer = setTimeout(() => failAll('no answer in time'), DEADLINE_MS);
    try {
      await take(batch);
    } catch (error) {
      failAll(textOf(error));
    } finally {
      clearTimeout(timer);
    }
  };

  const take = async (batch: readonly Waiting[]): Promise<void> => {
    const source = batch[0]?.arrival.event.source ?? '';
    const own = keysFor(source);
    const acceptances = batch.map(({ arrival }) => toAcceptance(own, arrival));
    const [reply] = await runScripts(client, [acceptCall(own, 'accepted', acceptances, seal)]);
    if (reply?.status === 'fulfilled') {
      const answers = listOf(reply.value);
      batch.forEach(({ arrival, resolve }, i) => resolve(readReply(arrival, answers[i])));
    } else if (batch.length > 1 && isReply(reply?.reason)) {
      await Promise.all(batch.map((each) => take([each])));
    } else {
      const result = await judge(source, reply?.reason);
      for (const { resolve } of batch) resolve(result);
    }
  };

  /** Whose fault it was is known by Redis' error code, else if Redis takes another write there, it was the event's. */
  const judge = async (source: string, reason: unknown): Promise<AcceptResult> => {
    const cause = textOf(reason);
    // Anything else than an answer of Redis is a connection that failed
    if (!isReply(reason) || isStoreWide(cause)) return { ok: false, lasting: false, cause };
    const takesWrites = runScript(client, PROBE, [`${keysFor(source).base}probe`], []);
    return takesWrites.then(
      () => ({ ok: false, lasting: true, cause }),
      () => ({ ok: false, lasting: false, cause }),
    );
  };

  const acceptOne = (arrival: Arrival): Promise<AcceptResult> =>
    new Promise((resolve) => {
      if (waiting.push({ arrival, resolve }) === 1) setImmediate(flush);
    });

  const acceptEach = (arrivals: readonly Arrival[]): Promise<readonly AcceptResult[]> =>
    Promise.all(arrivals.map(acceptOne));

  return {
    acceptEach,
    accept: async (arrivals) =>
      (await acceptEach(arrivals)).map((result) => {
        if (!result.ok) throw unavailable(result.cause);
        return result.stored;
      }),
  };
}

/** Events of one source, in order; neither so many nor so large that Redis would be held up for long. */
function batchesOf(all: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const open = new Map<string, { batch: Waiting[]; bytes: number }>();
  const batches: Waiting[][] = [];
  for (const each of all) {
    const { source, body } = each.arrival.event;
    const bytes = body.length * Math.max(1, each.arrival.routes.length);
    let current = open.get(source);
    if (
      current === undefined ||
      current.batch.length >= BATCH_EVENTS ||
      current.bytes + bytes > BATCH_BYTES
    ) {
      current = { batch: [], bytes: 0 };
      open.set(source, current);
      batches.push(current.batch);
    }
    current.batch.push(each);
    current.bytes += bytes;
  }
  return batches;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no answer';
}

/** 1 = stored; else what the claim holds: the first event with this key. */
function readReply({ event, routes }: Arrival, reply: unknown): AcceptResult {
  if (reply === 1) {
    const status = routes.length === 0 ? 'filtered' : 'queued';
    const deliveries = routes.map((route) => deliveryId(event.id, route));
    return { ok: true, stored: { eventId: event.id, status, deliveries } };
  }
  const first = readClaim(String(reply));
  if (first === undefined) return { ok: false, lasting: true, cause: 'a claim that cannot be read' };
  return { ok: true, stored: { ...first, status: 'duplicate' } };
}

function unavailable(cause: string): Problem {
  return new Problem(
    'store_unavailable',
    503,
    'The bridge cannot store events right now; send this again later.',
    {
      retryAfterSeconds: 10,
      cause,
    },
  );
}
