import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject } from '../model/json.js';
import { accessDenied, html, json, type Reply } from './reply.js';
import type { AuthFailure } from './settings.js';
import type { SimRequest } from './sim-request.js';
import type { World } from './world.js';

/** `POST /v2/sessions`: JSON, whatever its content type says (the documented curl sends it as a form). */
export function signIn(world: World, { body }: SimRequest): Reply {
  const { settings, counts } = world;
  const given = parse(body);
  const good =
    isJsonObject(given) && given['user_name'] === settings.user && given['user_secret'] === settings.password;
  const locked = settings.lockAfter > 0 && world.refusedInRow >= settings.lockAfter;
  if (!good || locked) {
    counts.logins_refused += 1;
    world.refusedInRow += 1;
    const message = locked ? 'the account is locked' : 'wrong user name or password';
    return json({ message, status: 'LOGIN_FAILED' }, settings.loginFailure);
  }
  counts.logins += 1;
  world.refusedInRow = 0;
  return json({ token: world.tokens.issue(settings, world.now()) });
}

/** The refusal of a request without a good token, or `undefined` for one that has it: as Bearer or as cookie `jwt`. */
export function refuseStranger(world: World, headers: IncomingHttpHeaders): Reply | undefined {
  const token = presented(headers);
  if (token !== undefined && world.tokens.accepts(token, world.now())) return undefined;
  return REFUSALS[world.settings.authFailure];
}

/** What a real Komand answers is not known: each of these is possible. */
const REFUSALS: Readonly<Record<AuthFailure, Reply>> = {
  'empty-401': json({}, 401),
  'html-401': html('<!doctype html><title>401</title><h1>Unauthorized</h1>\n', 401),
  'denied-401': accessDenied(401),
  'denied-403': accessDenied(403),
  'denied-200': accessDenied(200),
};

function presented({ authorization, cookie }: IncomingHttpHeaders): string | undefined {
  if (authorization?.startsWith('Bearer ') === true) return authorization.slice('Bearer '.length);
  return cookie
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith('jwt='))
    ?.slice('jwt='.length);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
