/** Codes that speak of the server as a whole. It may be well again by the time a probe is there. */
const STORE_WIDE = new Set(
  'READONLY OOM MISCONF LOADING BUSY NOAUTH NOPERM NOREPLICAS MASTERDOWN CLUSTERDOWN TRYAGAIN'.split(' '),
);

/** Whether an error reply of Redis is about no single event. Its first word is its code (redis.io, RESP). */
export function isStoreWide(reply: string): boolean {
  return STORE_WIDE.has(reply.split(' ', 1)[0] ?? '');
}
