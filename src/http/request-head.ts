import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Problem } from '../model/problem.js';
import type { ClientCertificate } from '../model/request.js';

export interface Head {
  readonly headers: Readonly<Record<string, string>>;
  readonly repeatedHeaders: ReadonlySet<string>;
}

/** Real senders use 10 to 30. Node would keep 1,000 and drop the rest in silence, a signature among them. */
const MAX_HEADERS = 100;
const NONE: ReadonlySet<string> = new Set();

/**
 * Reads the headers off the raw list, because Node's own object drops repeats of some names in silence.
 * Throws `Problem` 431 for too many, 400 for a Host that is missing or repeated and for HTTP before 1.0.
 */
export function readHead(request: IncomingMessage): Head {
  const raw = request.rawHeaders;
  if (raw.length > MAX_HEADERS * 2) {
    throw new Problem('headers_too_large', 431, `Send at most ${MAX_HEADERS} headers.`);
  }
  // No prototype: a header may be called __proto__
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  let repeated: Set<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    const before = headers[name];
    if (before === undefined) {
      headers[name] = value;
    } else {
      headers[name] = `${before}, ${value}`;
      (repeated ??= new Set()).add(name);
    }
  }
  refuseLine(request, headers['host'], repeated?.has('host') === true);
  return { headers, repeatedHeaders: repeated ?? NONE };
}

/** RFC 9112, §3.2: one Host, and HTTP/1.1 has it. Node lets HTTP/0.9 pass, and two Hosts. Throws `Problem` 400. */
function refuseLine(request: IncomingMessage, host: string | undefined, repeated: boolean): void {
  const { httpVersionMajor: major, httpVersionMinor: minor } = request;
  if (major < 1) throw new Problem('bad_request', 400, 'Send HTTP/1.1.');
  if (repeated || (host === undefined && minor > 0))
    throw new Problem('bad_request', 400, 'Send one Host header.');
}

/** What the client certificate says, where the listener asked for one and found it good. */
export function clientCertificate(request: IncomingMessage): ClientCertificate | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  const commonName: unknown = certificate.subject?.CN;
  if (typeof certificate.fingerprint256 !== 'string') return undefined;
  return {
    commonName: typeof commonName === 'string' ? commonName : '',
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}
