import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerControl } from './control-api.js';
import { takesRequest } from './fault.js';
import { answerIcon } from './icon-api.js';
import { jobPage, overviewPage } from './job-page.js';
import { answerKomand } from './komand-api.js';
import type { LedgerEntry } from './ledger.js';
import { playFault, resetConnection } from './play-fault.js';
import { json, refusal, type Reply } from './reply.js';
import { sendReply } from './send-reply.js';
import { type KomandRequest, pathSegments } from './sim-request.js';
import type { World } from './world.js';

const CONTROL = '/__sim/';
/** A list of rules or switches is never larger. */
const CONTROL_BYTES = 16 * 1024 * 1024;

/** Answers everything: Komand's API, InsightConnect's, pages for people, and the controls of the simulator itself. */
export function createRequestHandler(world: World): RequestListener {
  return (message, response) => {
    const target = message.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    if (path.startsWith(CONTROL)) handleControl(world, message, response, path, query);
    else handleKomand(world, message, response, path, query);
  };
}

function handleControl(
  world: World,
  message: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
): void {
  readBody(message, CONTROL_BYTES, (body) => {
    if (body === undefined) return refuseLarge(response);
    const { method = '', headers } = message;
    sendReply(response, answerControl(world, { method, segments: pathSegments(path), query, headers, body }));
  });
}

function handleKomand(
  world: World,
  message: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
): void {
  const { method = '', headers, rawHeaders, url = '/' } = message;
  const fault = world.faults.pick(method, path);
  const record = (body: string) => {
    world.counts.requests += 1;
    return world.ledger.record({ method, path: url, rawHeaders, body }, Date.now(), fault?.kind);
  };
  if (fault?.kind === 'reset-before-read') {
    record('');
    return resetConnection(response);
  }
  readBody(message, world.settings.maxBodyBytes, (body) => {
    const entry = record(body ?? '');
    if (body === undefined) return refuseLarge(response, entry);
    if (fault?.kind === 'revoke') world.tokens.revoke();
    const request = { method, segments: pathSegments(path), query, headers, body, fault, entry };
    const reply = fault === undefined || takesRequest(fault) ? answer(world, request) : UNTAKEN;
    if (fault === undefined) sendReply(response, reply, entry);
    else playFault(response, fault, reply, entry);
  });
}

/** For a fault that was told not to accept and has no answer of its own. */
const UNTAKEN = json({ message: 'temporarily unavailable' }, 503);

function answer(world: World, request: KomandRequest): Reply {
  try {
    return route(world, request) ?? refusal(404, 'there is no such resource');
  } catch (error) {
    // A full disk under the job log: said, and not taken for accepted
    return json({ message: error instanceof Error ? error.message : String(error) }, 500);
  }
}

function route(world: World, request: KomandRequest): Reply | undefined {
  const { segments, method } = request;
  switch (segments[0]) {
    case 'v2':
      return answerKomand(world, request);
    case 'connect':
    case 'validate':
      return answerIcon(world, request);
    case 'jobs':
      return method === 'GET' && segments[1] === 'details' && segments.length === 3
        ? jobPage(world, segments[2] ?? '')
        : undefined;
    case undefined:
      return method === 'GET' ? overviewPage(world) : undefined;
    default:
      return undefined;
  }
}

/** Hands over the body, or `undefined` for one beyond `limit`; nothing for a caller that hangs up before its end. */
function readBody(message: IncomingMessage, limit: number, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (size - chunk.length <= limit) done(undefined);
  });
  message.once('end', () => {
    const [only] = chunks;
    if (size <= limit)
      done(chunks.length === 1 && only !== undefined ? only.toString() : Buffer.concat(chunks).toString());
  });
  message.once('error', () => undefined);
}

function refuseLarge(response: ServerResponse, entry?: LedgerEntry): void {
  const reply = refusal(413, 'the body is too large');
  sendReply(response, { ...reply, headers: { connection: 'close' } }, entry);
}
