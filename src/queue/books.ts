import type { DeliveryState } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import { hourOf } from './id-time.js';
import { keysOf } from './keys.js';
import { defineScript, runScript } from './script.js';

/** What was ever booked for a source. All but `duplicate` and `jobs` are there by hour, too. */
export interface Books {
  /** Events taken in, without duplicates. */
  readonly accepted: number;
  /** Of these, events that took no route. */
  readonly filtered: number;
  readonly duplicate: number;
  /** Deliveries begun, replays included. */
  readonly deliveries: number;
  readonly replayed: number;
  readonly discarded: number;
  /** Deliveries that retention has removed, by the state they ended in. */
  readonly removed: { readonly delivered: number; readonly dead: number; readonly discarded: number };
  /** Deliveries whose job vanished though nobody removed it. */
  readonly missing: number;
  /** Komand jobs followed to their end, by outcome. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** What the deliveries of a source are doing, beside what the books say, at one and the same moment. */
export interface Balance {
  readonly source: string;
  readonly books: Books;
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** Deliveries booked but neither in a list nor removed; below 0, more are there than were ever booked. */
  readonly difference: number;
  readonly balanced: boolean;
}

/** One step, so that no delivery moves between two counts. */
const BALANCE = defineScript(`
return {
  redis.call('HGETALL', KEYS[1]), redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]),
  redis.call('ZCARD', KEYS[5]), redis.call('ZCARD', KEYS[6]), redis.call('ZCARD', KEYS[7])
}
`);

/** The books of a source since it began. Rejects when Redis is away. */
export async function readBooks(client: RedisClient, prefix: string, source: string): Promise<Books> {
  return toBooks(await client.hgetall(keysOf(prefix, source).books));
}

/** The books of what was accepted within one hour, by the hour's number since 1970. */
export async function readHourBooks(
  client: RedisClient,
  prefix: string,
  source: string,
  hour: number,
): Promise<Books> {
  return toBooks(await client.hgetall(keysOf(prefix, source).hourBooks(hour)));
}

/** The hours that a range of time (Unix milliseconds, the end excluded) touches. */
export function hoursOf(from: number, to: number): readonly number[] {
  const first = hourOf(from);
  return Array.from({ length: Math.max(0, hourOf(Math.max(from, to - 1)) - first + 1) }, (_, i) => first + i);
}

/** Proves that every delivery that was ever begun is in exactly one state or was removed when its time was over. */
export async function readBalance(client: RedisClient, prefix: string, source: string): Promise<Balance> {
  const { base, books: booksKey, discarded: discardedKey } = keysOf(prefix, source);
  const lists = ['wait', 'active', 'delayed', 'completed', 'failed'].map((name) => base + name);
  const reply = await runScript(client, BALANCE, [booksKey, ...lists, discardedKey], []);
  const [flat, ...counts] = Array.isArray(reply) ? (reply as unknown[]) : [];
  const books = toBooks(toFields(flat));
  const [queued = 0, active = 0, scheduled = 0, delivered = 0, dead = 0, discarded = 0] = counts.map(Number);
  const states = { queued, active, scheduled, delivered, dead, discarded };
  const there = Object.values(states).reduce((sum, n) => sum + n, 0);
  const difference = books.deliveries - there - removedOf(books) - books.missing;
  return { source, books, states, difference, balanced: difference === 0 && books.missing === 0 };
}

/** All that retention has removed. */
export function removedOf({ removed }: Books): number {
  return removed.delivered + removed.dead + removed.discarded;
}

/** Books added up. */
export function addBooks(all: readonly Books[]): Books {
  const fields: Record<string, string> = {};
  for (const books of all) {
    for (const [name, n] of Object.entries(toCounters(books)))
      fields[name] = String(Number(fields[name] ?? 0) + n);
  }
  return toBooks(fields);
}

function toCounters({ removed, jobs, ...plain }: Books): Readonly<Record<string, number>> {
  const named = (kind: string, counts: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(counts).map(([name, n]) => [`${kind}:${name}`, n]);
  return { ...plain, ...Object.fromEntries([...named('removed', removed), ...named('job', jobs)]) };
}

function toFields(flat: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (Array.isArray(flat))
    for (let i = 0; i + 1 < flat.length; i += 2) fields[String(flat[i])] = String(flat[i + 1]);
  return fields;
}

function toBooks(fields: Readonly<Record<string, string>>): Books {
  const read = (name: string): number => Number(fields[name] ?? 0);
  const jobs = Object.keys(fields).filter((name) => name.startsWith('job:'));
  return {
    accepted: read('accepted'),
    filtered: read('filtered'),
    duplicate: read('duplicate'),
    deliveries: read('deliveries'),
    replayed: read('replayed'),
    discarded: read('discarded'),
    removed: {
      delivered: read('removed:delivered'),
      dead: read('removed:dead'),
      discarded: read('removed:discarded'),
    },
    missing: read('missing'),
    jobs: Object.fromEntries(jobs.map((name) => [name.slice('job:'.length), read(name)])),
  };
}
