import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { gzip } from 'node:zlib';
import type { Fault } from './fault.js';
import type { LedgerEntry } from './ledger.js';
import { accessDenied, html, JSON_TYPE, loginPage, type Reply } from './reply.js';
import { sendHead, sendReply } from './send-reply.js';

const DEFAULT_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** Answers as the fault has it. `reply` is what would have been answered without it. */
export function playFault(response: ServerResponse, fault: Fault, reply: Reply, entry: LedgerEntry): void {
  const send = (changed: Partial<Reply> = {}): void => sendReply(response, { ...reply, ...changed }, entry);
  switch (fault.kind) {
    case 'status':
      return sendReply(response, given(fault), entry);
    case 'access-denied':
      return sendReply(response, accessDenied(fault.status ?? 403), entry);
    case 'redirect': {
      const location = fault.location ?? 'http://127.0.0.1:9/elsewhere';
      return sendReply(response, { ...html('', fault.status ?? 301), headers: { location } }, entry);
    }
    case 'login-html':
      return sendReply(response, loginPage(fault.status), entry);
    case 'reset-before-read':
    case 'reset-before-accept':
    case 'reset-after-accept':
      return resetConnection(response);
    case 'hang':
    case 'silence-after-accept':
      if (fault.delayMs !== undefined) later(response, fault.delayMs, () => response.destroy());
      return;
    case 'slow-headers':
      return later(response, fault.delayMs ?? 1_000, send);
    case 'drip':
      return drip(response, reply, fault.delayMs ?? 50, entry);
    case 'truncate':
      return truncate(response, reply, entry);
    case 'wrong-content-type':
      return send({ type: fault.contentType ?? 'text/html' });
    case 'empty-body':
      return send({ body: '' });
    case 'not-json':
      return send({ body: typeof fault.body === 'string' ? fault.body : '{"job_id": oops' });
    case 'garbage':
      response.socket?.write('\u0000\u0001 this is not HTTP\r\n\r\n');
      response.socket?.destroySoon();
      return;
    case 'gzip-bomb':
      return gzipBomb(response, reply, fault.bytes ?? DEFAULT_BYTES, entry);
    case 'huge-body':
      return hugeBody(response, reply, fault.bytes ?? DEFAULT_BYTES, entry);
    case 'no-job-id':
    case 'odd-job-id':
    case 'duplicate-jobs':
    case 'job-never-appears':
    case 'job-outcome':
    case 'revoke':
      return send();
  }
}

/** Ends a connection without a farewell. */
export function resetConnection({ socket }: ServerResponse): void {
  // Below TLS there is no handle of its own to reset
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

function given({ status = 500, headers, body = { message: 'simulated' } }: Fault): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, type: JSON_TYPE, body: text, ...(headers && { headers: lowerCase(headers) }) };
}

/** So that a `Content-Type` of the fault replaces ours. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function later(response: ServerResponse, ms: number, action: () => void): void {
  const timer = setTimeout(action, ms);
  response.once('close', () => clearTimeout(timer));
}

function drip(response: ServerResponse, reply: Reply, ms: number, entry: LedgerEntry): void {
  const bytes = Buffer.from(reply.body);
  if (!sendHead(response, reply, bytes.length, entry)) return;
  response.flushHeaders();
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) response.write(bytes.subarray(at, ++at));
    else response.end();
  }, ms);
  response.once('close', () => clearInterval(timer));
}

function truncate(response: ServerResponse, reply: Reply, entry: LedgerEntry): void {
  const bytes = Buffer.from(reply.body);
  if (!sendHead(response, reply, bytes.length, entry)) return;
  const { socket } = response;
  response.write(bytes.subarray(0, bytes.length >> 1), () => socket?.destroySoon());
}

function gzipBomb(response: ServerResponse, reply: Reply, bytes: number, entry: LedgerEntry): void {
  gzip(Buffer.concat([Buffer.alloc(bytes, ' '), Buffer.from(reply.body)]), (error, body) => {
    if (error !== null) response.destroy();
    else
      sendReply(
        response,
        { ...reply, body, headers: { ...reply.headers, 'content-encoding': 'gzip' } },
        entry,
      );
  });
}

function hugeBody(response: ServerResponse, reply: Reply, bytes: number, entry: LedgerEntry): void {
  if (!sendHead(response, reply, bytes + Buffer.byteLength(reply.body), entry)) return;
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const part = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= part.length;
      if (!response.write(part)) return void response.once('drain', more);
    }
    response.end(reply.body);
  };
  more();
}
