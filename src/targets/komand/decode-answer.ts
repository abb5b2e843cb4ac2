import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { AnswerFault, HttpAnswer } from './call.js';

const DECODERS = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

export interface AnswerReader {
  /** Ends the reading; what has come so far is the answer. */
  stop(fault: AnswerFault): void;
}

/** Reads an answer up to `maxBytes`, and hands it over once, whole or with the fault that kept it from being so. */
export function readAnswer(
  response: IncomingMessage,
  maxBytes: number,
  done: (answer: HttpAnswer) => void,
): AnswerReader {
  const chunks: Buffer[] = [];
  let size = 0;
  let ended = false;

  const finish = (fault?: AnswerFault): void => {
    if (ended) return;
    ended = true;
    if (fault !== undefined) response.destroy();
    void decode(response, Buffer.concat(chunks), maxBytes, fault).then(done);
  };
  response.on('data', (chunk: Buffer) => {
    if (ended) return;
    const room = maxBytes - size;
    size += chunk.length;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (size > maxBytes) finish('too_large');
  });
  response.once('end', () => finish(response.complete ? undefined : 'cut_off'));
  response.on('error', () => finish('cut_off'));
  response.once('close', () => finish('cut_off'));
  return { stop: finish };
}

/** We ask for no compression, so this is for servers that compress unasked; the output is capped like the input. */
async function decode(
  response: IncomingMessage,
  bytes: Buffer,
  maxBytes: number,
  fault: AnswerFault | undefined,
): Promise<HttpAnswer> {
  const { headers } = response;
  const status = response.statusCode ?? 0;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') {
    return { status, headers, text: bytes.toString('utf8'), ...(fault && { fault }) };
  }
  const decoder = DECODERS.get(encoding);
  if (fault !== undefined || decoder === undefined) {
    return { status, headers, text: '', fault: fault ?? 'undecodable' };
  }
  try {
    const plain = await decoder(bytes, { maxOutputLength: maxBytes });
    return { status, headers, text: plain.toString('utf8') };
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { status, headers, text: '', fault: tooLarge ? 'too_large' : 'undecodable' };
  }
}
