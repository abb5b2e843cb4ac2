import { inspectJson, parseExact } from '../../../src/model/json-text.js';
import type { RawRequest } from '../../../src/model/request.js';
import type { BodyPart } from '../../../src/model/source.js';
import { NOW } from './deps.js';

/** A request of nobody in particular. */
export function request(body: string, own: Partial<RawRequest> = {}): RawRequest {
  return {
    id: 'req_01TEST00000000000000000000',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    repeatedHeaders: new Set(),
    query: new URLSearchParams(),
    pathToken: undefined,
    body: Buffer.from(body),
    remoteAddress: '192.0.2.1',
    clientCertificate: undefined,
    receivedAt: NOW,
    ...own,
  };
}

/** JSON text as the door parses it. */
export function part(text: string): BodyPart {
  const inspected = inspectJson(text, 64);
  if (!inspected.ok) throw new Error(inspected.detail);
  return { text, value: inspected.value, exact: parseExact(text) };
}
