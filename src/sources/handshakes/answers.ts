import type { Json } from '../../model/json.js';
import type { HandshakeAnswer } from '../../model/source.js';

/** A test request: taken, told apart, not routed. */
export function ignored(status: number): HandshakeAnswer {
  return { kind: 'ignored', status, headers: {}, body: undefined };
}

export function answered(
  body: Json | undefined,
  headers: Readonly<Record<string, string>> = {},
): HandshakeAnswer {
  return { kind: 'handshake', status: 200, headers, body };
}
