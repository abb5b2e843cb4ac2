/** What the mechanisms need of the world around them. */
export interface AuthDeps {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Throws what `readFileSync` throws. */
  readonly readFile: (path: string) => string;
  /** GET over HTTPS; rejects for anything but a 200 within the limits. */
  readonly fetchText: FetchText;
  /** Is this address one of `http.trust_proxy`? */
  readonly trustedProxyAddress: (address: string) => boolean;
}

export type FetchText = (
  url: string,
  options: { readonly maxBytes: number; readonly timeoutMs: number },
) => Promise<string>;
