import { get } from 'node:https';
import type { FetchText } from './auth-deps.js';

/**
 * GET over HTTPS into a text. Follows no redirect, keeps no connection, and reads no byte beyond `maxBytes`; the time
 * is for the whole call. `ca` replaces the system's certificate authorities. Rejects with an `Error` that says why.
 */
export function createFetchText(tls: { readonly ca?: string } = {}): FetchText {
  return (url, { maxBytes, timeoutMs }) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const request = get(url, { ...tls, signal, agent: false }, (response) => {
        const fail = (sentence: string): void => {
          request.destroy();
          reject(new Error(sentence));
        };
        if (response.statusCode !== 200) {
          fail(`answered ${response.statusCode}`);
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBytes) fail(`answered more than ${maxBytes} bytes`);
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        response.on('error', reject);
      });
      request.on('error', (error) =>
        reject(signal.aborted ? new Error(`gave no answer within ${timeoutMs} ms`) : error),
      );
    });
}

export const fetchText: FetchText = createFetchText();
