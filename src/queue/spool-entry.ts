import { createHash } from 'node:crypto';
import type { Arrival, Stored } from '../model/arrival.js';

/** LMDB's own: a value over half a page gets pages to itself. */
const PAGE = 4_096;
const INLINE = 2_000;
/** Key, pointers and a page's unused part, of an entry and of a claim. */
const NODE_BYTES = 100;

/** An event as it is kept in the spool. */
export interface Entry {
  readonly arrival: Arrival;
  /** What it is counted with against the limit, its claim included. */
  readonly cost: number;
}

/** Who holds a delivery key, so that a sender's retry during the outage gets the first answer again. */
export interface Claim {
  readonly eventId: Arrival['event']['id'];
  readonly deliveries: Stored['deliveries'];
  /** Unix milliseconds. */
  readonly until: number;
}

/** The name under which the holder of an event's delivery key is kept. */
export function claimName(event: Pick<Arrival['event'], 'source' | 'deliveryKey'>): string {
  return createHash('sha256').update(event.source).update('\0').update(event.deliveryKey).digest('base64url');
}

/** Bytes of disk that an event and its claim take at most. */
export function costOf(arrival: Arrival, claim: Claim): number {
  const text = Buffer.byteLength(JSON.stringify(arrival)) + NODE_BYTES;
  const entry = text > INLINE ? Math.ceil(text / PAGE) * PAGE : text;
  return entry + Buffer.byteLength(JSON.stringify(claim)) + NODE_BYTES;
}

/** The first answer again; for the same event, sent a second time, as it was. */
export function duplicateOf({ eventId, deliveries }: Claim, sent: Arrival['event']['id']): Stored {
  return { eventId, status: eventId === sent ? 'spooled' : 'duplicate', deliveries };
}
