/** Where a request wants to go, read off the raw request line: nothing is decoded, so nothing can hide. */
export interface RequestTarget {
  readonly source: string;
  /** The one segment after the source, for senders whose secret can only ride in the path. */
  readonly pathToken: string | undefined;
  readonly query: URLSearchParams;
}

/** Source names hold nothing that could be spelt another way (`config` checks them). */
const HOOK = /^\/hooks\/([a-z0-9][a-z0-9-]*)(?:\/([A-Za-z0-9._~-]+))?(?:\?(.*))?$/;
const MAX_QUERY_PARTS = 50;

/** `undefined` for every other address, `%2e`, `//`, `;x` and capital letters included. */
export function readTarget(url: string): RequestTarget | undefined {
  const [, source, pathToken, query = ''] = HOOK.exec(url) ?? [];
  if (source === undefined) return undefined;
  const parts = query.split('&', MAX_QUERY_PARTS).join('&');
  return { source, pathToken, query: new URLSearchParams(parts) };
}
