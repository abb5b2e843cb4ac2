/** A request as it came in: nothing in it is believed yet. */
export interface RawRequest {
  readonly id: string;
  readonly method: string;
  /** Lower-case names. Where a header came more than once the values are joined with `, `, as HTTP has it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers that came more than once: a second signature must not hide the first. */
  readonly repeatedHeaders: ReadonlySet<string>;
  readonly query: URLSearchParams;
  /** The path segment after `/hooks/:source/`, where there is one. */
  readonly pathToken: string | undefined;
  /** Exactly the bytes of the body, after any gzip is undone: what a signature is over. */
  readonly body: Buffer;
  /** The client's address; behind a trusted proxy, the one it reports. */
  readonly remoteAddress: string;
  /** The address at the other end of the connection: the proxy's, where there is one. */
  readonly peerAddress?: string;
  /** What a client certificate said, where the listener checked one. */
  readonly clientCertificate: ClientCertificate | undefined;
  /** Unix milliseconds. */
  readonly receivedAt: number;
}

export interface ClientCertificate {
  readonly commonName: string;
  /** SHA-256, lower-case hex without colons. */
  readonly fingerprint: string;
}
