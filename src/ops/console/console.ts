import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../model/problem.js';
import type { AdminRoute } from '../admin/admin-route.js';
import { sendAsset, type Assets } from './assets.js';
import { errorPage } from './error-page.js';
import { layout, type Frame } from './layout.js';
import { findPage } from './match-page.js';
import type { Page, PageAnswer } from './page.js';
import type { BridgeHealth, ConsoleSession } from './ports.js';
import { readForm } from './read-form.js';
import { redirect, safePath, sendFile, sendHtml } from './send-page.js';
import type { KeptSessions } from './sessions.js';
import { signInPage } from './sign-in.js';
import { switchTheme, themeOf } from './theme.js';
import { createCallVerb, type CallVerb } from './verbs.js';

export interface ConsoleDeps {
  readonly pages: readonly Page[];
  /** The verbs of the API: the console does nothing that the API could not. */
  readonly verbs: readonly AdminRoute[];
  readonly sessions: KeptSessions;
  readonly assets: Assets;
  /** Never rejects. */
  readonly health: () => Promise<BridgeHealth>;
  /** Dead letters of all sources; rejects while the store cannot tell. */
  readonly countDead: () => Promise<number>;
  readonly version: string;
  readonly now: () => number;
  readonly unexpected: (error: unknown) => void;
}

export type ConsoleHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What a stranger may send to the sign-in. Bytes. */
const MAX_SIGN_IN = 8_192;

/** Serves the console: assets and the sign-in to anybody, screens to who is signed in. Passes on what is not its own. */
export function createConsole(deps: ConsoleDeps): ConsoleHandler {
  const { pages, sessions, assets, version, now } = deps;
  const callFor = createCallVerb(deps.verbs);

  /** Answers whether the request was for the console. */
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://console');
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    if (method === 'GET' && sendAsset(assets, request, response, url.pathname)) return true;
    if (url.pathname === '/login') return signIn(request, response, method, url.searchParams);
    const found = findPage(pages, method, url.pathname);
    const own = method === 'POST' && (url.pathname === '/theme' || url.pathname === '/logout');
    if (found === undefined && !own) return false;
    const session = sessions.of(request);
    if (session === undefined) {
      redirect(
        response,
        `/login?next=${encodeURIComponent(method === 'GET' ? url.pathname + url.search : '/')}`,
      );
      return true;
    }
    const form = method === 'POST' ? await readForm(request) : new URLSearchParams();
    if (method === 'POST' && !sessions.accepts(request, form.get('csrf') ?? '')) {
      throw new Problem('forbidden', 403, 'This form is not of your session; reload the page and try again.');
    }
    if (found === undefined) {
      if (url.pathname === '/theme') switchTheme(request, response, form.get('theme'));
      else sessions.signOut(request, response);
      redirect(response, url.pathname === '/theme' ? safePath(form.get('back')) : '/login');
      return true;
    }
    const health = await deps.health();
    const shown = await found.page.handler({
      params: found.params,
      query: url.searchParams,
      form,
      url: url.pathname + url.search,
      ...session,
      health,
      now: now(),
      call: unlessStoreAway(callFor(session.principal)),
    });
    if ('redirect' in shown) redirect(response, shown.redirect);
    else if ('text' in shown) sendFile(response, shown);
    else await send(request, response, shown, session, health);
    return true;
  };

  const signIn = async (
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    query: URLSearchParams,
  ): Promise<boolean> => {
    if (method === 'GET') {
      if (sessions.of(request) === undefined)
        sendHtml(response, 200, layout(frame(request, signInPage(query))));
      else redirect(response, safePath(query.get('next')));
      return true;
    }
    if (method !== 'POST') return false;
    const form = await readForm(request, MAX_SIGN_IN);
    const result = sessions.signIn(request, response, form.get('token')?.trim() ?? '');
    const next = safePath(form.get('next'));
    if (typeof result !== 'string') redirect(response, next);
    else {
      const again = new URLSearchParams({ error: result, next });
      sendHtml(response, result === 'limit' ? 429 : 401, layout(frame(request, signInPage(again))));
    }
    return true;
  };

  /** What the store's client throws while the store is away is not a fault of the console. */
  const unlessStoreAway =
    (call: CallVerb): CallVerb =>
    async (verb, input) => {
      try {
        return await call(verb, input);
      } catch (error) {
        if (error instanceof Problem || (await deps.health()).redis.up) throw error;
        throw new Problem(
          'store_unavailable',
          503,
          'The store does not answer right now. What was accepted is kept.',
        );
      }
    };

  const frame = (request: IncomingMessage, shown: Extract<PageAnswer, { body: unknown }>): Frame => ({
    ...shown,
    theme: themeOf(request),
    asset: assets.address,
    version,
  });

  const send = async (
    request: IncomingMessage,
    response: ServerResponse,
    shown: Extract<PageAnswer, { body: unknown }>,
    session: ConsoleSession | undefined,
    health: BridgeHealth,
  ): Promise<void> => {
    const dead = health.redis.up ? await deps.countDead().catch(() => undefined) : undefined;
    const url = request.method === 'GET' ? (request.url ?? '/') : '/';
    const signedIn = session === undefined ? {} : { signedIn: { ...session, health, url, dead } };
    sendHtml(response, shown.status ?? 200, layout({ ...frame(request, shown), ...signedIn }));
  };

  const fail = async (request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> => {
    const known = error instanceof Problem;
    if (!known) deps.unexpected(error);
    const problem = known
      ? error
      : new Problem('internal', 500, 'Something went wrong inside; the log says what.');
    await send(request, response, errorPage(problem), sessions.of(request), await deps.health());
  };

  return (request, response, next) => {
    serve(request, response)
      .then((done) => (done ? undefined : next()))
      .catch(async (error: unknown) => {
        if (response.headersSent) response.destroy();
        else await fail(request, response, error);
      })
      .catch(next);
  };
}
