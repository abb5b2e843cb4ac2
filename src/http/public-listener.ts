import express from 'express';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { closeServer } from '../model/close-server.js';
import { newRequestId } from '../model/ids.js';
import type { HttpSettings } from '../model/settings.js';
import { createClientAddress } from './client-address.js';
import { createClientErrors } from './client-errors.js';
import { createExchanges } from './exchanges.js';
import { createHookHandler, type HookDeps } from './handle-hook.js';
import { insideFailure } from './inside-failure.js';
import { sendAnswer } from './send-answer.js';

export interface PublicListenerDeps extends Pick<
  HookDeps,
  'intake' | 'observe' | 'leaving' | 'draining' | 'now'
> {
  readonly settings: HttpSettings;
  /** In place of `LIMITS`, one by one. */
  readonly limits?: Partial<ListenerLimits>;
}

/** How long a sender may take, in milliseconds. */
export interface ListenerLimits {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** How often the two above are looked at. */
  readonly connectionsCheckingInterval: number;
  readonly keepAliveTimeout: number;
  readonly handshakeTimeout: number;
}

export interface PublicListener {
  readonly url: string;
  readonly port: number;
  /** Requests being answered. */
  inFlight(): number;
  /** Stops listening and waits for answers under way. */
  close(): Promise<void>;
}

/** Node's defaults (60 s, 300 s, and 120 s for a TLS handshake) let 500 slow connections sit for minutes. */
const LIMITS: ListenerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  handshakeTimeout: 10_000,
};
const MAX_HEADER_SIZE = 16 * 1_024;
const REQUESTS_PER_SOCKET = 100_000;
/** Far more than is allowed, so that too many are seen and refused instead of being dropped in silence. */
const HEADERS_PARSED = 2_000;

/** Starts the listener that the senders see. It serves hooks and a health check, and nothing else. */
export async function startPublicListener(deps: PublicListenerDeps): Promise<PublicListener> {
  const { settings, observe } = deps;
  let inFlight = 0;
  const exchanges = createExchanges();
  const handleHook = createHookHandler({
    ...deps,
    exchanges,
    clientAddress: createClientAddress(settings.trustProxy),
    inFlight: (change) => void (inFlight += change),
  });

  const takeHook: RequestListener = (request, response) => {
    handleHook(request, response).catch((error: unknown) => {
      insideFailure(observe, newRequestId(deps.now()), error);
      response.destroy();
    });
  };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use((request, response) => {
    if (request.url !== '/healthz' || (request.method !== 'GET' && request.method !== 'HEAD'))
      return takeHook(request, response);
    sendAnswer(response, { status: 200, body: { status: 'ok' }, events: [] }, '', 'keep');
  });
  // Hooks go past the router, which would decode their address, and takes as long as half of the pipeline
  const serve: RequestListener = (request, response) => {
    if (request.url?.startsWith('/hooks/') === true) takeHook(request, response);
    else app(request, response);
  };

  const server = createListener(settings, { ...LIMITS, ...deps.limits }, serve);
  server.maxHeadersCount = HEADERS_PARSED;
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET;
  server.maxConnections = settings.maxConnections;
  // Node would send `100 Continue` before anybody has looked at the headers
  server.on('checkContinue', serve).on('checkExpectation', serve);
  server.on('clientError', createClientErrors({ exchanges, observe, now: deps.now }));
  const hangUp = (_request: unknown, socket: { destroy(): void }): void => socket.destroy();
  server.on('connect', hangUp).on('upgrade', hangUp);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.port;
  const host = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;
  return {
    url: `${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    inFlight: () => inFlight,
    close: () => closeServer(server, 10_000),
  };
}

function createListener(settings: HttpSettings, limits: ListenerLimits, serve: RequestListener): Server {
  const { tls } = settings;
  // Node would answer a request without Host by itself, in its own form and untold
  const own = { maxHeaderSize: MAX_HEADER_SIZE, noDelay: true, requireHostHeader: false };
  const options = { ...limits, ...own };
  if (tls === undefined) return createServer(options, serve);
  const server = createTlsServer(
    {
      ...options,
      cert: readFileSync(tls.certFile),
      key: readFileSync(tls.keyFile),
      minVersion: 'TLSv1.2',
      // A client without a certificate still gets an answer: 401 from the source that wants one
      ...(tls.clientCaFile === undefined
        ? {}
        : { ca: readFileSync(tls.clientCaFile), requestCert: true, rejectUnauthorized: false }),
    },
    serve,
  );
  // Before it becomes a `clientError`: an answer would wait for a handshake that never ends, and the socket with it
  server.prependListener('tlsClientError', (_error: Error, socket: { destroy(): void }) => socket.destroy());
  return server;
}
