import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from '../model/problem.js';

/** The sender went away before its body was complete: nobody is left to answer. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
}

/**
 * The body's bytes, gzip undone, at most `limit` of them. Throws `Problem` 413 as soon as it is known to be larger,
 * 400 for what is not gzip though it says so, `RequestAborted` when the sender hangs up.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const raw = await collect(request, limit);
  const encoding = request.headers['content-encoding']?.toLowerCase();
  return encoding === 'gzip' ? gunzip(raw, limit) : raw;
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: Error): void => {
      request.off('data', take).off('end', end).off('close', aborted);
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(limit));
      else chunks.push(chunk);
    };
    const end = (): void => {
      request.off('close', aborted);
      // Small bodies come in one chunk: no copy
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    };
    const aborted = (): void => fail(new RequestAborted('the sender hung up'));
    request.on('data', take).once('end', end).once('close', aborted);
    request.once('error', () => undefined);
  });
}

/** Counts what comes out, not what went in: 97 kB of gzip can be 100 MB. */
function gunzip(compressed: Buffer, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stream = createGunzip();
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) {
        stream.destroy();
        reject(tooLarge(limit));
      }
    });
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', () =>
      reject(new Problem('bad_request', 400, 'The body says Content-Encoding: gzip and is not gzip.')),
    );
    stream.end(compressed);
  });
}

function tooLarge(limit: number): Problem {
  return new Problem('body_too_large', 413, `The body is larger than the ${limit} bytes this source takes.`);
}
