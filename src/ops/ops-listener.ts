import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { newRequestId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import type { OpsSettings } from '../model/settings.js';
import type { AdminRoute, Principal } from './admin/admin-route.js';
import { closeServer } from '../model/close-server.js';
import { sendAnswer } from './send-answer.js';
import { sendProblem } from './send-problem.js';
import type { Readiness } from './readiness.js';
import { createWhoAsks, type WhoAsksDeps } from './who-asks.js';

export interface OpsListenerDeps extends WhoAsksDeps {
  readonly settings: Pick<OpsSettings, 'host' | 'port'>;
  readonly routes: readonly AdminRoute[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly readiness: () => Promise<Readiness>;
  /** The console: answers what is its own and passes on the rest. */
  readonly console?: (request: Request, response: Response, next: NextFunction) => void;
  readonly unexpected: (error: unknown, requestId: string) => void;
}

export interface OpsListener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const NOTHING_ALLOWED = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'"],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    },
  },
  strictTransportSecurity: false,
});

/** Starts the listener for people and Prometheus. It never runs open: every verb asks for a token. */
export async function startOpsListener(deps: OpsListenerDeps): Promise<OpsListener> {
  const app = express();
  app.disable('x-powered-by').set('query parser', false);
  app.use(NOTHING_ALLOWED, noStore);
  const whoAsks = createWhoAsks(deps);
  const closing = new AbortController();
  // Every stream listens to it; Node takes more than ten listeners for a leak
  setMaxListeners(0, closing.signal);

  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (request, response) => {
    const { ready, checks } = await deps.readiness();
    const shown = request.url.includes('verbose') ? checks : checks.filter((check) => !check.ok);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks: shown });
  });
  app.get('/metrics', async (request, response) => {
    if (!isLoopback(deps.settings.host)) whoAsks(request);
    const { contentType, text } = await deps.metrics();
    response.type(contentType).send(text);
  });

  const json = express.json({ limit: '2mb', type: 'application/json' });
  for (const route of deps.routes) {
    // Whoever has no business here is not listened to any further: not even its body is read
    const admit = (request: Request, response: Response, next: NextFunction): void => {
      const principal = whoAsks(request);
      if (route.role === 'operator' && principal.role !== 'operator') {
        throw new Problem('forbidden', 403, 'This needs a token with the role operator.');
      }
      response.locals['principal'] = principal;
      next();
    };
    const handle = async (request: Request, response: Response): Promise<void> => {
      // Set by `admit`
      const principal = response.locals['principal'] as Principal;
      const result = await route.handler(toAdminRequest(request, principal));
      await sendAnswer(request, response, result, closing.signal);
    };
    if (route.method === 'GET') app.get(route.path, admit, handle);
    if (route.method === 'POST') app.post(route.path, admit, requireJson, json, handle);
    if (route.method === 'DELETE') app.delete(route.path, admit, handle);
  }
  if (deps.console !== undefined) app.use(deps.console);
  app.use(() => {
    throw new Problem('not_found', 404, 'There is nothing at this address.');
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, error, newRequestId(Date.now()), deps.unexpected);
  });

  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.settings.port, deps.settings.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : deps.settings.port;
  const close = async (): Promise<void> => {
    closing.abort();
    await closeServer(server);
  };
  return { url: `http://${hostForUrl(deps.settings.host)}:${port}`, port, close };
}

function toAdminRequest(request: Request, principal: Principal): Parameters<AdminRoute['handler']>[0] {
  const params = Object.fromEntries(
    Object.entries(request.params).map(([key, value]) => [key, String(value)]),
  );
  const search = request.url.indexOf('?');
  const query = new URLSearchParams(search < 0 ? '' : request.url.slice(search + 1));
  return { params, query, body: request.body as unknown, principal };
}

/** A cross-site form cannot send this type without the browser asking first. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['content-length'] !== undefined && request.headers['content-length'] !== '0';
  if (hasBody && request.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 415, 'Send the body as application/json.');
  }
  next();
}

function noStore(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function hostForUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
