import type { IncomingMessage, ServerResponse } from 'node:http';
import { newRequestId } from '../model/ids.js';
import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';
import { plainAddress, type ClientAddress } from './client-address.js';
import type { Exchanges } from './exchanges.js';
import { insideFailure } from './inside-failure.js';
import type { Answer, Intake } from './ports.js';
import { RequestAborted, readBody } from './read-body.js';
import { readTarget } from './read-target.js';
import { clientCertificate, readHead, type Head } from './request-head.js';
import { sendAnswer } from './send-answer.js';

export interface HookDeps {
  readonly intake: Intake;
  readonly observe: Observe;
  readonly clientAddress: ClientAddress;
  /** The bridge is about to stop: everything is answered still, and connections end with their answer. */
  readonly leaving: () => boolean;
  /** It stops now: nothing new is taken. */
  readonly draining: () => boolean;
  readonly now: () => number;
  readonly inFlight: (change: 1 | -1) => void;
  readonly exchanges: Exchanges;
}

const CONTINUE = '100-continue';
/** For the record: nobody is left to read it. */
const HUNG_UP = new Problem('bad_request', 400, 'The sender hung up before its request was complete.');

/** What is gathered on the way, for the one observation at the end. */
interface Trail {
  source: string;
  bytes: number;
  headers: Readonly<Record<string, string>>;
}

/** Takes one request from its first line to its answer, and tells of it once. */
export function createHookHandler(
  deps: HookDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const receivedAt = deps.now();
    const started = performance.now();
    const id = newRequestId(receivedAt);
    const remoteAddress = deps.clientAddress(request.socket.remoteAddress, () =>
      request.headersDistinct['x-forwarded-for']?.join(','),
    );
    const trail: Trail = { source: 'unknown', bytes: 0, headers: {} };
    const tell = (answer: Answer): void =>
      deps.observe({
        kind: 'request',
        requestId: id,
        source: trail.source,
        method: request.method ?? '',
        status: answer.status,
        events: answer.events,
        bytes: trail.bytes,
        durationMs: performance.now() - started,
        remoteAddress,
        headers: trail.headers,
        ...(answer.problem === undefined ? {} : { code: answer.problem.code }),
        ...(answer.refusal === undefined ? {} : { refusal: answer.refusal }),
        ...(answer.secretIndex === undefined ? {} : { secretIndex: answer.secretIndex }),
      });
    deps.inFlight(1);
    deps.exchanges.begin(request, response);
    try {
      const answer = await answerTo(deps, request, response, { id, receivedAt, remoteAddress }, trail);
      // An unread body must not be taken for the next request on this connection
      sendAnswer(response, answer, id, request.complete ? (deps.leaving() ? 'close' : 'keep') : 'linger');
      tell(answer);
    } catch (error) {
      if (!(error instanceof RequestAborted)) throw error;
      response.destroy();
      tell(failure(deps.exchanges.refusalOf(request.socket) ?? HUNG_UP));
    } finally {
      deps.inFlight(-1);
    }
  };
}

type Origin = Pick<RawRequest, 'id' | 'receivedAt' | 'remoteAddress'>;

async function answerTo(
  deps: HookDeps,
  request: IncomingMessage,
  response: ServerResponse,
  origin: Origin,
  trail: Trail,
): Promise<Answer> {
  try {
    const head = readHead(request);
    refuseExpectation(head);
    const target = readTarget(request.url ?? '');
    const source = target === undefined ? undefined : deps.intake.find(target.source);
    if (target === undefined || source === undefined) {
      throw new Problem('unknown_source', 404, 'There is no source at this address.');
    }
    trail.source = source.name;
    const userAgent = head.headers['user-agent'];
    if (userAgent !== undefined) trail.headers = { 'user-agent': userAgent.slice(0, 200) };
    if (deps.draining()) {
      throw new Problem('draining', 503, 'The bridge is stopping; send this again.', {
        retryAfterSeconds: 2,
      });
    }
    const raw = (body: Buffer): RawRequest => toRawRequest(request, head, target, body, origin);
    if (request.method !== 'POST') return await preflight(source, raw(Buffer.alloc(0)));
    deps.intake.checkHead(source, head);
    if (head.headers['expect'] !== undefined && request.httpVersion === '1.1') response.writeContinue();
    const body = await readBody(request, source.maxBody);
    trail.bytes = body.length;
    return await deps.intake.receive(source, raw(body));
  } catch (error) {
    if (error instanceof Problem) return failure(error);
    if (error instanceof RequestAborted) throw error;
    return insideFailure(deps.observe, origin.id, error);
  }
}

function failure(problem: Problem): Answer {
  return { status: problem.status, problem, events: [] };
}

/** The one expectation that HTTP knows is to be told to go on (RFC 9110, §10.1.1). Throws `Problem`. */
function refuseExpectation({ headers }: Head): void {
  const expect = headers['expect']?.toLowerCase() ?? CONTINUE;
  if (expect !== CONTINUE)
    throw new Problem('bad_request', 417, 'The only expectation that is met here is 100-continue.');
}

/** What a few senders ask before they send: Okta with GET, CloudEvents with OPTIONS. */
async function preflight(source: Source, request: RawRequest): Promise<Answer> {
  const answer = await source.preflight?.(request);
  if (answer === undefined) {
    throw new Problem('method_not_allowed', 405, 'Send events with POST.', { allow: 'POST' });
  }
  const { status, headers, body } = answer;
  return { status, headers, events: [], ...(body === undefined ? {} : { body }) };
}

function toRawRequest(
  request: IncomingMessage,
  head: Head,
  target: { readonly pathToken: string | undefined; readonly query: URLSearchParams },
  body: Buffer,
  origin: Origin,
): RawRequest {
  return {
    ...origin,
    method: request.method ?? '',
    headers: head.headers,
    repeatedHeaders: head.repeatedHeaders,
    query: target.query,
    pathToken: target.pathToken,
    body,
    peerAddress: plainAddress(request.socket.remoteAddress ?? ''),
    clientCertificate: clientCertificate(request),
  };
}
