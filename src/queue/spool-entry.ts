import { createHash } from 'node:crypto';
import type { Arrival, Stored } from '../model/arrival.js';
import { isEventId } from '../model/ids.js';
import { isJsonObject } from '../model/json.js';
import { SealedError } from '../model/sealed-error.js';
import type { Seal } from './seal.js';

/** LMDB's own: a value over half a page gets pages to itself. */
const PAGE = 4_096;
const INLINE = 2_000;
/** Key, pointers and a page's unused part, of an entry and of a claim. */
const NODE_BYTES = 100;

/** An event as it is kept in the spool; sealed, where it is, under its own id. */
type Kept = {
  /** What it is counted with against the limit, its claim included. */
  readonly cost: number;
} & ({ readonly arrival: Arrival } | { readonly at: number; readonly id: string; readonly sealed: string });

export interface Entry {
  readonly arrival: Arrival;
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

/** The text that is kept of an event, and what it is counted with. */
export function writeEntry(seal: Seal, arrival: Arrival, claim: Claim): { text: string; cost: number } {
  const { id, receivedAt: at, body } = arrival.event;
  const plain = JSON.stringify(arrival);
  const sealed = seal.isDue(body.length) ? seal.seal(plain, id) : undefined;
  const cost = costOf(sealed ?? plain, claim);
  const kept: Kept = sealed === undefined ? { cost, arrival } : { cost, at, id, sealed };
  return { text: JSON.stringify(kept), cost };
}

/** Why it cannot be read, in place of what cannot. */
export function readEntry(seal: Seal, text: string): Entry | SealedError {
  const kept = parse(text);
  if (!('sealed' in kept)) return kept;
  const { id, sealed, cost } = kept;
  try {
    if (!isEventId(id)) throw new SealedError('damaged', '');
    return { cost, arrival: JSON.parse(seal.open(sealed, id)) as Arrival };
  } catch (error) {
    if (error instanceof SealedError) return error;
    throw error;
  }
}

/** Unix milliseconds at which the event was received; known without a key. */
export function receivedAt(text: string): number {
  const kept = parse(text);
  return 'sealed' in kept ? kept.at : kept.arrival.event.receivedAt;
}

/** Written by `writeEntry`. */
function parse(text: string): Kept {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('an entry of the spool is not one');
  return value as Kept & typeof value;
}

/** Bytes of disk that an event and its claim take at most. */
function costOf(kept: string, claim: Claim): number {
  const text = Buffer.byteLength(kept) + NODE_BYTES;
  const entry = text > INLINE ? Math.ceil(text / PAGE) * PAGE : text;
  return entry + Buffer.byteLength(JSON.stringify(claim)) + NODE_BYTES;
}

/** The first answer again; for the same event, sent a second time, as it was. */
export function duplicateOf({ eventId, deliveries }: Claim, sent: Arrival['event']['id']): Stored {
  return { eventId, status: eventId === sent ? 'spooled' : 'duplicate', deliveries };
}
