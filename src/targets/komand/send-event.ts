import { setMaxListeners } from 'node:events';
import type { DeliveryOutcome } from '../../model/outcome.js';
import type { TargetSettings } from '../../model/settings.js';
import type { TargetCall } from '../../model/target.js';
import { credentials } from './authorised.js';
import { classify } from './classify.js';
import { eventCall } from './client.js';
import type { HttpClient } from './http-client.js';
import { type Grant, type Session, SessionUnavailable } from './session.js';

/** W3C Trace Context; anything else is not passed on. */
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

export interface SendDeps {
  readonly http: HttpClient;
  readonly session: Session;
  readonly tokenAs: TargetSettings['tokenAs'];
  readonly now: () => number;
}

/**
 * Token, POST, outcome. When the token is not accepted: a new login, shared by all who need it, and the same event
 * once more, which is safe because it was refused unread. Never rejects.
 */
export async function sendEvent(deps: SendDeps, call: TargetCall): Promise<DeliveryOutcome> {
  const grant = deps.session.current() ?? (await grantOrOutcome(deps.session.grant(), call.signal));
  if ('kind' in grant) return grant;
  const outcome = await post(deps, call, grant, false);
  if (outcome.kind !== 'relogin') return outcome;
  const fresh = await grantOrOutcome(deps.session.renew(grant), call.signal);
  // Refused with the old token and no new one to be had: not processed, whatever `kind` says.
  if ('kind' in fresh)
    return { ...fresh, reached: 'answered', ...(outcome.answer && { answer: outcome.answer }) };
  return post(deps, call, fresh, true);
}

async function post(
  deps: SendDeps,
  call: TargetCall,
  grant: Grant,
  relogged: boolean,
): Promise<DeliveryOutcome> {
  const { endpoint, body, traceparent, signal } = call;
  const event = eventCall(endpoint.kind, endpoint.id, body);
  const trace = traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {};
  const headers = { ...event.headers, ...credentials(grant.token, deps.tokenAs), ...trace };
  const exchange = await deps.http.send({ ...event, headers, signal });
  const now = deps.now();
  return classify({
    endpoint: endpoint.kind,
    exchange,
    tokenAgeMs: now - grant.issuedAt,
    relogged,
    permissions: grant.permissions,
    redact: grant.redact,
    now,
  });
}

type NoGrant = Extract<DeliveryOutcome, { kind: 'target-down' | 'interrupted' }>;

/** Waits for a login, but not past a shutdown; the login itself goes on for whoever else waits for it. */
async function grantOrOutcome(login: Promise<Grant>, signal: AbortSignal): Promise<Grant | NoGrant> {
  try {
    return (await untilAborted(login, signal)) ?? INTERRUPTED;
  } catch (error) {
    if (!(error instanceof SessionUnavailable)) throw error;
    const { errorClass, message, retryAfterMs } = error;
    return {
      kind: 'target-down',
      errorClass,
      reason: `No session: ${message}`,
      reached: 'not_sent',
      retryAfterMs,
    };
  }
}

const INTERRUPTED: NoGrant = {
  kind: 'interrupted',
  errorClass: 'shutdown',
  reason: 'the bridge is shutting down',
  reached: 'not_sent',
};

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    // One signal serves every call of a process; Node takes more than ten listeners for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
