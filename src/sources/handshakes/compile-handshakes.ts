import type { Json } from '../../model/json.js';
import type { RawRequest } from '../../model/request.js';
import type { Handshake, HandshakeAnswer, Source } from '../../model/source.js';
import type { HandshakeName } from '../preset.js';
import { ignored } from './answers.js';
import { cloudEventsPreflight } from './cloudevents.js';
import { eventGridHandshake } from './event-grid.js';
import type { HandshakeDeps } from './handshake-deps.js';
import { oktaPreflight } from './okta.js';
import { slackHandshake } from './slack.js';
import { snsHandshake } from './sns.js';

type BodyHandshake = (
  body: Json,
  deps: HandshakeDeps,
) => HandshakeAnswer | undefined | Promise<HandshakeAnswer | undefined>;

const BODY: Readonly<Partial<Record<HandshakeName, BodyHandshake>>> = {
  sns: snsHandshake,
  'event-grid': eventGridHandshake,
  slack: slackHandshake,
};

type Preflight = (request: RawRequest, deps: HandshakeDeps) => Promise<HandshakeAnswer | undefined>;

const PREFLIGHT: Readonly<Partial<Record<HandshakeName, Preflight>>> = {
  okta: oktaPreflight,
  cloudevents: cloudEventsPreflight,
};

/** Is this request a test that the sender makes by itself? */
export type IsPing = (request: RawRequest, body: Json) => Promise<boolean>;

/** Handshakes first, then pings; `undefined` where the source knows neither. */
export function compileHandshake(
  names: readonly HandshakeName[],
  pings: readonly IsPing[],
  acceptedStatus: number,
  deps: HandshakeDeps,
): Handshake | undefined {
  const shakes = names.flatMap((name) => BODY[name] ?? []);
  if (shakes.length === 0 && pings.length === 0) return undefined;
  return async (request, body) => {
    for (const shake of shakes) {
      const answer = await shake(body, deps);
      if (answer !== undefined) return answer;
    }
    for (const isPing of pings) if (await isPing(request, body)) return ignored(acceptedStatus);
    return undefined;
  };
}

/** For requests other than POST; `undefined` where the sender makes none. */
export function compilePreflight(names: readonly HandshakeName[], deps: HandshakeDeps): Source['preflight'] {
  const checks = names.flatMap((name) => PREFLIGHT[name] ?? []);
  if (checks.length === 0) return undefined;
  return async (request) => {
    for (const check of checks) {
      const answer = await check(request, deps);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
}
