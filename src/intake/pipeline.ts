import { newEventId } from '../model/ids.js';
import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { BodyPart, HandshakeAnswer, Source } from '../model/source.js';
import { acceptedAnswer, storedResult, type IntakeAnswer, type PartResult } from './intake-answer.js';
import { judgeParts } from './judge-parts.js';
import { keptHeaders } from './kept-headers.js';
import type { Limits } from './limits.js';
import { parseBody } from './parse-body.js';
import type { EventStore } from './ports.js';
import type { Cause, QuarantineItem, Rejections } from './rejections.js';
import { Verified } from './verified.js';

export interface PipelineDeps {
  readonly store: EventStore;
  readonly rejections: Rejections;
  readonly limits: Limits;
  readonly observe: Observe;
}

export type Receive = (source: Source, request: RawRequest) => Promise<IntakeAnswer>;

/** As many events as the largest batch any sender documents: Azure Event Grid, 5,000 in one request. */
const MAX_PARTS = 5_000;

/** One and the same answer whatever was wrong with the authentication. */
const UNAUTHORIZED =
  'The request is not authenticated; check the secret and the signature settings on both sides.';

/**
 * May this come in? The whole story of a request whose source is known and whose headers are good: address →
 * authenticate the raw bytes → parse → handshake → split → validate, key, conditions → store → answer. It never
 * throws for anything a sender can cause.
 */
export function createPipeline(deps: PipelineDeps): Receive {
  return async (source, request) => {
    if (!source.addressAllowed(request.remoteAddress)) return refuseAddress(deps, source, request);

    const verified = await Verified.authenticate(source, request);
    if (!(verified instanceof Verified)) return refuseSender(deps, source, request, verified);

    try {
      deps.limits.admit(source);
      const body = parseBody(verified);
      const shaken = await source.handshake?.(request, body.value);
      return shaken === undefined
        ? await acceptParts(deps, verified, body)
        : handshakeAnswer(shaken, verified);
    } catch (error) {
      return refuseBody(deps, verified, problemOr(error));
    }
  };
}

/** An authentic body that is not good is kept for a person to look at; a store that is away is only said. */
async function refuseBody(deps: PipelineDeps, verified: Verified, problem: Problem): Promise<IntakeAnswer> {
  const { request, secretIndex } = verified;
  if (problem.status !== 400 || problem.code === 'empty_body') return { ...failure(problem), secretIndex };
  return keepWhole(deps, verified, problem, request.body.toString('utf8')).catch((error: unknown) => ({
    ...failure(problemOr(error)),
    secretIndex,
  }));
}

/** Throws `Problem` store_unavailable, and 400 where a source cannot make sense of the body. */
async function acceptParts(deps: PipelineDeps, verified: Verified, body: BodyPart): Promise<IntakeAnswer> {
  const { source, request, secretIndex } = verified;
  const batch = source.split !== undefined;
  const headers = keptHeaders(source, request);
  const parts = partsOf(source, body);
  if (parts.length > MAX_PARTS) return keepWhole(deps, verified, tooMany(), body.text);
  const { good, bad } = await judgeParts(verified, parts, headers, deps.observe);

  const quarantined = await Promise.all(
    bad.map(({ part, problem, deliveryKey, index }) => {
      const item = { source, request, problem, text: part.text, deliveryKey, headers };
      return quarantine(deps, batch ? { ...item, index } : item);
    }),
  );
  const only = batch ? undefined : bad[0];
  if (only !== undefined && source.onInvalid === 'reject')
    return { ...failure(only.problem), events: quarantined, secretIndex };

  const stored = good.length === 0 ? [] : await deps.store.accept(good.map((part) => part.arrival));
  const kept = good.map((part, i) => {
    const each = stored[i];
    // Better a 503 and the sender's retry than a 2xx for what nobody vouches for
    if (each === undefined)
      throw new Error(`the store answered for ${stored.length} events of ${good.length}`);
    return storedResult(each, part.index, part.arrival.event.deliveryKey);
  });
  return acceptedAnswer(source.acceptedStatus, [...kept, ...quarantined], batch, secretIndex);
}

/**
 * The events of a body. Where a batch turns out to hold none, the body itself is judged: it then shows up in
 * quarantine, because a sender that changed its format must not be thanked for events that nobody found.
 */
function partsOf(source: Source, body: BodyPart): readonly BodyPart[] {
  const parts = source.split?.(body) ?? [];
  return parts.length === 0 ? [body] : parts;
}

function tooMany(): Problem {
  return new Problem(
    'body_too_large',
    413,
    `A batch holds at most ${MAX_PARTS} events; have the sender send smaller ones.`,
  );
}

/** Keeps a body in which no events can be told apart. Rejects with `Problem` when that cannot be done. */
async function keepWhole(
  deps: PipelineDeps,
  { source, request, secretIndex }: Verified,
  problem: Problem,
  text: string,
): Promise<IntakeAnswer> {
  const headers = keptHeaders(source, request);
  const kept = await quarantine(deps, { source, request, problem, text, headers });
  return { ...failure(problem), events: [kept], secretIndex };
}

async function quarantine(deps: PipelineDeps, item: QuarantineItem): Promise<PartResult> {
  const { id, deliveryKey } = await deps.rejections.quarantine(item);
  return {
    id,
    status: 'quarantined',
    deliveries: [],
    index: item.index ?? 0,
    ...(deliveryKey === undefined ? {} : { deliveryKey }),
  };
}

function refuseAddress(deps: PipelineDeps, source: Source, request: RawRequest): IntakeAnswer {
  const problem = new Problem(
    'address_not_allowed',
    403,
    'Requests for this source are not taken from this address.',
  );
  const cause: Cause = {
    cause: 'address_not_allowed',
    detail: `${request.remoteAddress} is not in allow_ips`,
  };
  deps.rejections.note(source, request, problem, cause);
  return { ...failure(problem), refusal: cause };
}

function refuseSender(deps: PipelineDeps, source: Source, request: RawRequest, cause: Cause): IntakeAnswer {
  const problem = new Problem('unauthorized', 401, UNAUTHORIZED);
  deps.rejections.note(source, request, problem, cause);
  return { ...failure(problem), refusal: { cause: cause.cause, detail: cause.detail } };
}

function handshakeAnswer(shaken: HandshakeAnswer, { request, secretIndex }: Verified): IntakeAnswer {
  const seen = { id: newEventId(request.receivedAt), status: 'ignored', deliveries: [] } as const;
  const { status, headers } = shaken;
  const body =
    shaken.kind === 'ignored' ? { event_id: seen.id, status: 'ignored', deliveries: [] } : shaken.body;
  return { status, headers, events: [seen], secretIndex, ...(body === undefined ? {} : { body }) };
}

function failure(problem: Problem): IntakeAnswer {
  return { status: problem.status, problem, events: [] };
}

/** A `Problem` as a value; anything else is a fault of ours and goes up. */
function problemOr(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
