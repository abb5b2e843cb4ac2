import { hash } from 'node:crypto';

/**
 * Every key of a source. They share its hash tag, so that on a cluster they live on one shard and one script may
 * touch them all. BullMQ's own keys (`wait`, `active`, `completed` …) and its jobs stand beside ours: job ids begin
 * with `dlv_`, which none of ours do.
 */
export interface SourceKeys {
  /** What BullMQ calls prefix and queue name. */
  readonly prefix: string;
  readonly queueName: string;
  /** Everything begins with this. */
  readonly base: string;
  readonly job: (deliveryId: string) => string;
  readonly claim: (deliveryKey: string) => string;
  readonly jobId: (jobId: string) => string;
  readonly follow: string;
  /** Ids of all deliveries, which sort by time. */
  readonly index: string;
  readonly discarded: string;
  /** How far the delivered ones are packed. */
  readonly compacted: string;
  /** Free but within a script that packs. */
  readonly packing: string;
  readonly books: string;
  /** The books of what was accepted in one hour since 1970. */
  readonly hourBooks: (hour: number) => string;
  readonly rejectedIndex: string;
  readonly rejected: (id: string) => string;
}

/**
 * 96 bits of SHA-256: there are as many of these keys as events, and each letter is kept as often. Of 10 billion keys two are
 * the same with a chance of one in a billion.
 */
function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}

export function keysOf(prefix: string, source: string): SourceKeys {
  const queueName = `{${source}}`;
  const base = `${prefix}:${queueName}:`;
  return {
    prefix,
    queueName,
    base,
    job: (deliveryId) => base + deliveryId,
    // A sender chooses its delivery keys: hashed, none can be long or name a key of ours
    claim: (deliveryKey) => `${base}k:${shortHash(deliveryKey)}`,
    jobId: (jobId) => `${base}jid:${shortHash(jobId)}`,
    follow: `${base}follow`,
    index: `${base}index`,
    discarded: `${base}discarded`,
    compacted: `${base}compacted`,
    packing: `${base}packing`,
    books: `${base}books`,
    hourBooks: (hour) => `${base}books:${hour}`,
    rejectedIndex: `${base}rejected`,
    rejected: (id) => `${base}rej:${id}`,
  };
}
