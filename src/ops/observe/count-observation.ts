import type { AttemptMade, EventSeen, Observation, RequestReceived } from '../../model/observation.js';
import type { ErrorClass } from '../../model/outcome.js';
import type { ProblemCode } from '../../model/problem.js';
import type { Metrics } from './metrics.js';

/** Turns what happened into numbers. */
export function countObservation(metrics: Metrics, observation: Observation): void {
  switch (observation.kind) {
    case 'request':
      countRequest(metrics, observation);
      return;
    case 'attempt':
      countAttempt(metrics, observation);
      return;
    case 'delivery-ended':
      countEnd(metrics, observation.source, observation.state, observation.durationMs);
      return;
    case 'job-ended':
      metrics.jobs.inc({
        source: observation.source,
        route: observation.route,
        outcome: observation.outcome,
      });
      return;
    case 'notice':
      if (observation.event === 'config.refused') metrics.configReloadFailures.inc();
      if (observation.event === 'config.reloaded') metrics.configReloads.set(Date.now() / 1_000);
  }
}

/** Methods that a stranger invents share one label. */
const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']);

function countRequest(metrics: Metrics, seen: RequestReceived): void {
  const method = METHODS.has(seen.method) ? seen.method : 'other';
  metrics.httpRequests.inc({ route: 'hooks', method, code: seen.status });
  metrics.httpDuration.observe({ route: 'hooks' }, seen.durationMs / 1_000);
  metrics.httpSize.observe({ route: 'hooks' }, seen.bytes);
  if (seen.secretIndex !== undefined)
    metrics.secretUsed.inc({ source: seen.source, secret: seen.secretIndex });
  if (seen.code !== undefined) metrics.rejected.inc({ source: seen.source, reason: reasonOf(seen.code) });
  for (const event of seen.events) countEvent(metrics, seen.source, event);
}

function countEvent(metrics: Metrics, source: string, event: EventSeen): void {
  switch (event.status) {
    case 'duplicate':
      metrics.deduplicated.inc({ source });
      return;
    case 'ignored':
      metrics.ignored.inc({ source });
      return;
    case 'quarantined':
      metrics.quarantined.inc({ source });
      return;
    case 'filtered':
      metrics.filtered.inc({ source });
      break;
    case 'spooled':
      metrics.spooled.inc({ source });
      break;
    case 'queued':
      break;
  }
  metrics.accepted.inc({ source });
  metrics.created.inc({ source }, event.deliveries.length);
  metrics.lastEvent.set({ source }, Date.now() / 1_000);
}

const REASONS: Readonly<Partial<Record<ProblemCode, string>>> = {
  unauthorized: 'auth',
  address_not_allowed: 'address',
  schema_mismatch: 'schema',
  body_too_large: 'too_large',
  headers_too_large: 'too_large',
  unsupported_media_type: 'type',
  rate_limited: 'rate',
  unknown_source: 'unknown_source',
  empty_body: 'parse',
  invalid_json: 'parse',
  invalid_utf8: 'parse',
  too_deep: 'parse',
  duplicate_key: 'parse',
  overloaded: 'overload',
  store_unavailable: 'store',
  draining: 'draining',
};

function reasonOf(code: ProblemCode): string {
  return REASONS[code] ?? 'other';
}

function countAttempt(metrics: Metrics, made: AttemptMade): void {
  const { source, attempt } = made;
  metrics.attempts.inc({ source, outcome: outcomeLabel(attempt.outcome, attempt.errorClass) });
  metrics.attemptDuration.observe({ target: made.target }, attempt.durationMs / 1_000);
}

function outcomeLabel(outcome: string, errorClass: ErrorClass | undefined): string {
  return outcome === 'delivered' ? 'ok' : (errorClass ?? outcome);
}

function countEnd(
  metrics: Metrics,
  source: string,
  state: 'delivered' | 'dead' | 'discarded',
  durationMs: number,
): void {
  if (state === 'delivered') {
    metrics.deliverySeconds.observe({ source }, durationMs / 1_000);
    metrics.lastDelivered.set(Date.now() / 1_000);
  }
  metrics[state].inc({ source });
}
