import { newRequestId } from '../../src/model/ids.js';
import type { RawRequest } from '../../src/model/request.js';
import { sign } from './hand-made-source.js';

/** A moment that tests can count from: 2026-01-01T00:00:00Z. */
export const NOW = Date.UTC(2026, 0, 1);

/** A good, signed request for the hand-made source; with `over`, one that differs in those points only. */
export function rawRequest(body: string | Buffer, over: Partial<RawRequest> = {}): RawRequest {
  const { headers, ...rest } = over;
  return {
    id: newRequestId(NOW),
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-signature': sign(body), ...headers },
    repeatedHeaders: new Set(),
    query: new URLSearchParams(),
    pathToken: undefined,
    body: Buffer.from(body),
    remoteAddress: '192.0.2.7',
    clientCertificate: undefined,
    receivedAt: NOW,
    ...rest,
  };
}
