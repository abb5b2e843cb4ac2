import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { newRequestId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import type { OpsSettings } from '../model/settings.js';
import type { AdminAnswer, AdminRoute, Principal } from './admin/admin-route.js';
import { createAuthorize } from './admin/authorize.js';
import { closeServer } from '../model/close-server.js';
import { sendProblem } from './send-problem.js';
import type { Readiness } from './readiness.js';

export interface OpsListenerDeps {
  readonly settings: OpsSettings;
  readonly routes: readonly AdminRoute[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly readiness: () => Promise<Readiness>;
  /** Who a console session belongs to, where the request carries one. */
  readonly session?: (request: Request) => Principal | undefined;
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
  const authorize = createAuthorize(deps.settings.tokens);
  const principalOf = (request: Request): Principal | undefined =>
    authorize(request.headers.authorization) ?? deps.session?.(request);

  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (request, response) => {
    const { ready, checks } = await deps.readiness();
    const shown = request.url.includes('verbose') ? checks : checks.filter((check) => !check.ok);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks: shown });
  });
  app.get('/metrics', async (request, response) => {
    if (!isLoopback(deps.settings.host) && principalOf(request) === undefined) throw unauthorized();
    const { contentType, text } = await deps.metrics();
    response.type(contentType).send(text);
  });

  const json = express.json({ limit: '2mb', type: 'application/json' });
  for (const route of deps.routes) {
    const handle = async (request: Request, response: Response): Promise<void> => {
      const principal = principalOf(request);
      if (principal === undefined) throw unauthorized();
      if (route.role === 'operator' && principal.role !== 'operator') {
        throw new Problem('forbidden', 403, 'This needs a token with the role operator.');
      }
      answer(response, await route.handler(toAdminRequest(request, principal)));
    };
    if (route.method === 'GET') app.get(route.path, handle);
    if (route.method === 'POST') app.post(route.path, requireJson, json, handle);
    if (route.method === 'DELETE') app.delete(route.path, handle);
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
  return { url: `http://${hostForUrl(deps.settings.host)}:${port}`, port, close: () => closeServer(server) };
}

function toAdminRequest(request: Request, principal: Principal): Parameters<AdminRoute['handler']>[0] {
  const params = Object.fromEntries(
    Object.entries(request.params).map(([key, value]) => [key, String(value)]),
  );
  const search = request.url.indexOf('?');
  const query = new URLSearchParams(search < 0 ? '' : request.url.slice(search + 1));
  return { params, query, body: request.body as unknown, principal };
}

function answer(response: Response, result: AdminAnswer): void {
  response.status(result.status);
  if ('text' in result) response.type(result.contentType).send(result.text);
  else response.json(result.body);
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

function unauthorized(): Problem {
  return new Problem('unauthorized', 401, 'Show an operations token: Authorization: Bearer <token>.');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function hostForUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
