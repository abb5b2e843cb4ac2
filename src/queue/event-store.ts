import type { Arrival, Stored } from '../model/arrival.js';
import type { Delivery } from '../model/delivery.js';
import { deliveryId, isEventId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import { ACCEPT } from './accept-script.js';
import type { RedisClient } from './connect.js';
import { hourOfId } from './id-time.js';
import { keysOf, type SourceKeys } from './keys.js';
import { defineScript, runScript, runScripts, type ScriptCall } from './script.js';

/** Within this Redis has taken a write or it counts as away. Milliseconds; the sender is promised an answer in 5 s. */
const DEADLINE_MS = 2_500;
/** With duplicates switched off, how long a write that is sent twice is still known as one. */
const RESEND_WINDOW_MS = 600_000;
/** `attempts` is always 1: whether to try again is decided by `delivery/`, because an outage must not use tries up. */
export const JOB_OPTIONS = JSON.stringify({ attempts: 1, stackTraceLimit: 0 });

/** Tells whether Redis takes writes of this source at all. */
const PROBE = defineScript(`redis.call('SET', KEYS[1], '1', 'PX', 60000) return 1`);

/** What became of one arrival. `lasting`: Redis takes writes, but not this one, and will not take it later either. */
export type AcceptResult =
  | { readonly ok: true; readonly stored: Stored }
  | { readonly ok: false; readonly lasting: boolean; readonly cause: string };

interface Waiting {
  readonly call: ScriptCall;
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
export function createEventStore(client: RedisClient, prefix: string): EventStore {
  const keys = new Map<string, SourceKeys>();
  let waiting: Waiting[] = [];

  const keysFor = (source: string): SourceKeys => {
    let found = keys.get(source);
    if (found === undefined) keys.set(source, (found = keysOf(prefix, source)));
    return found;
  };

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    const failAll = (cause: string): void =>
      batch.forEach(({ resolve }) => resolve({ ok: false, lasting: false, cause }));
    const timer = setTimeout(() => failAll('no answer in time'), DEADLINE_MS);
    runScripts(
      client,
      batch.map(({ call }) => call),
    )
      .then((replies) =>
        Promise.all(
          batch.map(async (each, i) => {
            const reply = replies[i];
            if (reply?.status === 'fulfilled') each.resolve(readReply(each.arrival, reply.value));
            else each.resolve(await judge(each.arrival.event.source, reply?.reason));
          }),
        ),
      )
      .catch((error: unknown) => failAll(textOf(error)))
      .finally(() => clearTimeout(timer));
  };

  /** Whose fault it was is not read out of the message: if Redis takes another write there, it was the event's. */
  const judge = async (source: string, reason: unknown): Promise<AcceptResult> => {
    const cause = textOf(reason);
    // Anything else than an answer of Redis is a connection that failed
    if (!(reason instanceof Error) || reason.name !== 'ReplyError')
      return { ok: false, lasting: false, cause };
    const takesWrites = runScript(client, PROBE, [`${keysFor(source).base}probe`], []);
    return takesWrites.then(
      () => ({ ok: false, lasting: true, cause }),
      () => ({ ok: false, lasting: false, cause }),
    );
  };

  const acceptOne = (arrival: Arrival): Promise<AcceptResult> =>
    new Promise((resolve) => {
      if (waiting.push({ arrival, call: toCall(keysFor(arrival.event.source), arrival), resolve }) === 1)
        setImmediate(flush);
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no answer';
}

function toCall(keys: SourceKeys, { event, routes }: Arrival): ScriptCall {
  const window = event.dedupeWindowMs;
  return {
    script: ACCEPT,
    keys: acceptKeys(keys, keys.claim(window > 0 ? event.deliveryKey : event.id), event.id),
    args: [
      keys.base,
      window > 0 ? window : RESEND_WINDOW_MS,
      `${event.id} ${routes.join(',')}`,
      'accepted',
      event.receivedAt,
      JOB_OPTIONS,
      ...routes.flatMap((route) => {
        const delivery = toDelivery(event, route);
        return [delivery.id, JSON.stringify(delivery)];
      }),
    ],
  };
}

/** The keys of the accept script, in its order. `id` is the event's, or a replay's delivery's. */
export function acceptKeys(keys: SourceKeys, claim: string, id: string): string[] {
  const { base, index, books, hourBooks } = keys;
  const bull = [`${base}wait`, `${base}meta`, `${base}marker`, `${base}active`];
  return [claim, ...bull, index, books, hourBooks(hourOfId(id))];
}

function toDelivery(event: Arrival['event'], route: string): Delivery {
  const { id, dedupeWindowMs: _, ...kept } = event;
  return { ...kept, id: deliveryId(id, route), eventId: id, route };
}

function readReply({ event, routes }: Arrival, reply: unknown): AcceptResult {
  const [stored, held] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (stored === 1) {
    const status = routes.length === 0 ? 'filtered' : 'queued';
    const deliveries = routes.map((route) => deliveryId(event.id, route));
    return { ok: true, stored: { eventId: event.id, status, deliveries } };
  }
  const first = readClaim(String(held));
  if (first === undefined) return { ok: false, lasting: true, cause: 'a claim that cannot be read' };
  return { ok: true, stored: { ...first, status: 'duplicate' } };
}

/** What a claim says: the first event of this delivery key and the deliveries it became. */
export function readClaim(value: string): Pick<Stored, 'eventId' | 'deliveries'> | undefined {
  const [eventId = '', routes = ''] = value.split(' ');
  if (!isEventId(eventId)) return undefined;
  return {
    eventId,
    deliveries: routes === '' ? [] : routes.split(',').map((route) => deliveryId(eventId, route)),
  };
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
