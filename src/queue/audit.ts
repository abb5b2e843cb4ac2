import type { DeliveryState } from '../model/delivery.js';
import { auditClaims } from './audit-claims.js';
import { placeAll, waitingWithin, type Irregular } from './audit-places.js';
import { addBooks, hoursOf, readHourBooks, removedOf, type Books } from './books.js';
import type { RedisClient } from './connect.js';
import { deliveryIdPrefix, startOfHour } from './id-time.js';
import { keysOf } from './keys.js';

const PAGE = 500;
/** Named at most; all are counted. */
const NAMED = 1_000;

/** Something that does not add up. `where`: a delivery's id, or an event's. */
export interface Finding {
  readonly source: string;
  readonly id: string;
  readonly what: Irregular | 'claim_without_delivery';
}

export interface SourceAudit {
  readonly source: string;
  readonly books: Books;
  /** The deliveries that are kept, by state. */
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** Deliveries booked but neither kept nor removed by retention. */
  readonly difference: number;
  readonly irregular: number;
  readonly balanced: boolean;
}

export interface Audit {
  /** What was looked at, Unix milliseconds: the range asked for, widened to whole hours, as the books are kept. */
  readonly from: number;
  readonly to: number;
  readonly sources: readonly SourceAudit[];
  readonly findings: readonly Finding[];
  readonly balanced: boolean;
}

export interface AuditOptions {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly sources: readonly string[];
  /** Unix milliseconds, by time of acceptance. */
  readonly from: number;
  /** Unix milliseconds, excluded. */
  readonly to: number;
}

/**
 * Proves for what was accepted in a range of time that it is delivered, dead, discarded, filtered or pending, and names
 * what is not. Reads by pages, so that its memory is bounded; the bridge may go on meanwhile. Rejects when Redis is away.
 */
export async function audit(options: AuditOptions): Promise<Audit> {
  const hours = hoursOf(options.from, options.to);
  const from = startOfHour(hours[0] ?? 0);
  const to = startOfHour((hours.at(-1) ?? -1) + 1);
  const findings: Finding[] = [];
  const sources: SourceAudit[] = [];
  for (const source of options.sources)
    sources.push(await auditSource({ ...options, from, to }, source, hours, findings));
  return { from, to, sources, findings, balanced: sources.every((each) => each.balanced) };
}

async function auditSource(
  { client, prefix, from, to }: AuditOptions,
  source: string,
  hours: readonly number[],
  findings: Finding[],
): Promise<SourceAudit> {
  const read = async (): Promise<Books> => {
    const all: Books[] = [];
    for (const hour of hours) all.push(await readHourBooks(client, prefix, source, hour));
    return addBooks(all);
  };
  const before = await read();
  const states = { queued: 0, active: 0, scheduled: 0, delivered: 0, dead: 0, discarded: 0 };
  let kept = 0;
  let irregular = 0;
  const note = (id: string, what: Finding['what']): void => {
    irregular += 1;
    if (findings.length < NAMED) findings.push({ source, id, what });
  };

  const waiting = await waitingWithin(client, prefix, source, deliveryIdPrefix(from), deliveryIdPrefix(to));
  let after = `[${deliveryIdPrefix(from)}`;
  for (;;) {
    const { index } = keysOf(prefix, source);
    const ids = await client.zrange(index, after, `(${deliveryIdPrefix(to)}`, 'BYLEX', 'LIMIT', 0, PAGE);
    for (const { id, place } of await placeAll(client, prefix, source, ids, waiting)) {
      if (place === 'removed') continue;
      kept += 1;
      if (place in states) states[place as DeliveryState] += 1;
      else note(id, place as Irregular);
    }
    const last = ids.at(-1);
    if (ids.length < PAGE || last === undefined) break;
    after = `(${last}`;
  }
  const books = await read();
  // What came or went while it was read is on one side or on both
  const least = before.deliveries - removedOf(books) - books.missing;
  const most = books.deliveries - removedOf(before) - before.missing;
  const difference = kept < least ? least - kept : kept > most ? most - kept : 0;
  if (difference > 0 || irregular > 0)
    await auditClaims({ client, prefix, source, from, to }, (id) => note(id, 'claim_without_delivery'));
  return {
    source,
    books,
    states,
    difference,
    irregular,
    balanced: difference === 0 && irregular === 0 && books.missing === 0,
  };
}
