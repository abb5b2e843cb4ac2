import { sign } from '../support/hand-made-source.js';
import { requestText } from '../support/raw-http.js';

export const JSON_TYPE = 'Content-Type: application/json';

/** A signed request for the source `alarms`, with more headers behind. */
export function signed(
  body: string | Buffer,
  headers: readonly string[] = [],
  path = '/hooks/alarms',
): Buffer {
  return requestText(path, body, [JSON_TYPE, `X-Signature: ${sign(body)}`, ...headers]);
}

/** Signed, but with these headers in place of Content-Type: what is refused is then not the signature. */
export function typed(body: string | Buffer, headers: readonly string[], signedBody = body): Buffer {
  return requestText('/hooks/alarms', body, [`X-Signature: ${sign(signedBody)}`, ...headers]);
}

/** A request line and headers with nothing added, and a body. */
export function bare(lines: readonly string[], body: string | Buffer = ''): Buffer {
  return Buffer.concat([Buffer.from([...lines, '', ''].join('\r\n'), 'latin1'), Buffer.from(body)]);
}

let made = 0;
/** A good body that no other test has sent. */
export function freshBody(): string {
  made += 1;
  return `{"id":"fresh-${made}"}`;
}
