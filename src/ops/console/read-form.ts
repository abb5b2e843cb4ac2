import type { IncomingMessage } from 'node:http';
import { Problem } from '../../model/problem.js';

/** An edited body may be as large as one that was sent in, and grows when a browser escapes it. */
export const MAX_FORM_BYTES = 4 * 1024 * 1024;

/** Reads a posted form. Throws `Problem` for another type or too much of it. */
export async function readForm(
  request: IncomingMessage,
  maxBytes = MAX_FORM_BYTES,
): Promise<URLSearchParams> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Problem('unsupported_media_type', 415, 'Send the form as a browser does.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > maxBytes) throw new Problem('body_too_large', 413, 'The form is too large.');
    chunks.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
