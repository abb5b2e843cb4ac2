import { Axios } from 'axios';
import type { TargetSettings } from '../../model/settings.js';
import type { Exchange, HttpCall } from './call.js';
import { createCheckedLookup, type Resolve } from './checked-lookup.js';
import { Connections } from './connections.js';
import { createConnector } from './connector.js';
import { exchange, type Wire } from './transport.js';
import { buildTrust } from './trust.js';

/** Time for name lookup, TCP and TLS together; a connection that takes longer is not coming. */
const MAX_CONNECT_MS = 10_000;

/** HTTP to one target. */
export interface HttpClient {
  /** Never rejects: what the network or the target did is in the value. */
  call(call: HttpCall): Promise<Exchange>;
  /** The same for the POST of an event, of which there are thousands a second: axios costs half of what the wire does. */
  send(call: HttpCall): Promise<Exchange>;
  /** Closes the idle connections and breaks the busy ones. */
  close(): void;
}

/**
 * An HTTP client for one target over keep-alive connections. axios carries the calls; the wire below it is our own
 * adapter (`transport.ts`), because only there is it known whether a request had left when its connection broke.
 * Throws `RangeError` for a bad fingerprint, and what `readFile` throws for `tls.ca_file`.
 */
export function createHttpClient(
  settings: Pick<TargetSettings, 'url' | 'tls' | 'timeout' | 'allowIps'>,
  readFile: (path: string) => string,
  resolve?: Resolve,
): HttpClient {
  const url = new URL(settings.url);
  const secure = url.protocol === 'https:';
  // A URL writes an IPv6 address in brackets, the socket wants it without.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const connector = createConnector({
    host,
    port,
    trust: secure ? buildTrust(settings.tls, readFile) : undefined,
    connectTimeoutMs: Math.min(settings.timeout, MAX_CONNECT_MS),
    lookup: createCheckedLookup(settings.allowIps, resolve),
  });
  const wire: Wire = {
    connections: new Connections(url.origin, connector),
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    timeoutMs: settings.timeout,
  };
  // The bare class: no interceptors, no default headers, and no transforms, so no parsing but ours.
  const axios = new Axios({ maxRedirects: 0, proxy: false, validateStatus: null });

  return {
    async call(call) {
      const response = await axios.request<Exchange>({
        method: call.method,
        url: call.path,
        // A closure: axios' own `signal` would throw an answer away that came after the abort.
        adapter: async (config) => {
          const data = await exchange(wire, call);
          return { data, status: data.ok ? data.answer.status : 0, statusText: '', headers: {}, config };
        },
      });
      return response.data;
    },
    send: (call) => exchange(wire, call),
    close: () => wire.connections.close(),
  };
}
