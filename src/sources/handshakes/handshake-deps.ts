import type { Authenticator } from '../../model/source.js';

/** What handshakes need of the world around them. */
export interface HandshakeDeps {
  /** GET over HTTPS, no redirects; rejects for anything but a 200. */
  readonly fetchText: (
    url: string,
    options: { readonly maxBytes: number; readonly timeoutMs: number },
  ) => Promise<string>;
  readonly authenticate: Authenticator;
}
