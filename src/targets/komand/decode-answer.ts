import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { type AnswerFault, type AnswerHeaders, type Exchange, headerText } from './call.js';

const DECODERS = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** What has come of an answer. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly chunks: readonly Buffer[];
  /** Of the decoded text, too. */
  readonly maxBytes: number;
  /** What kept it from being whole. */
  readonly fault: AnswerFault | undefined;
}

/**
 * The answer as text. We ask for no compression, so what is done about it is for servers that compress unasked; the
 * output is capped like the input.
 */
export function decodeAnswer({
  status,
  headers,
  chunks,
  maxBytes,
  fault,
}: RawAnswer): Exchange | Promise<Exchange> {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  const encoding = headerText(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  const plain = encoding === '' || encoding === 'identity';
  const answer = (text: string, flaw?: AnswerFault): Exchange => ({
    ok: true,
    answer: { status, headers, text, ...(flaw && { fault: flaw }) },
  });
  if (plain) return answer(bytes.toString('utf8'), fault);
  const decoder = DECODERS.get(encoding);
  if (fault !== undefined || decoder === undefined) return answer('', fault ?? 'undecodable');
  return decoder(bytes, { maxOutputLength: maxBytes }).then(
    (decoded) => answer(decoded.toString('utf8')),
    (error: unknown) => {
      const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      return answer('', tooLarge ? 'too_large' : 'undecodable');
    },
  );
}
