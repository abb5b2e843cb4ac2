import type { ServerResponse } from 'node:http';
import type { LedgerEntry } from './ledger.js';
import type { Reply } from './reply.js';

/** Answers, and writes into the ledger what was sent; to a caller that has gone, nothing was. */
export function sendReply(response: ServerResponse, reply: Reply, entry?: LedgerEntry): void {
  if (!sendHead(response, reply, Buffer.byteLength(reply.body), entry)) return;
  response.end(reply.body);
}

/** The head alone. `false`: the caller has gone. */
export function sendHead(
  response: ServerResponse,
  reply: Pick<Reply, 'status' | 'type' | 'headers'>,
  length: number,
  entry: LedgerEntry | undefined,
): boolean {
  if (response.destroyed || response.socket === null || response.socket.destroyed) return false;
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': length,
    'cache-control': 'no-store',
    ...reply.headers,
  });
  if (entry !== undefined) entry.status = reply.status;
  return true;
}
