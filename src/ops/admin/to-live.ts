import type { Observation } from '../../model/observation.js';

/** An observation as the live tail shows it: what a list would show, no headers, no bodies. */
export function toLive(seen: Observation): Record<string, unknown> {
  switch (seen.kind) {
    case 'request':
      return {
        request_id: seen.requestId,
        source: seen.source,
        method: seen.method,
        status: seen.status,
        code: seen.code ?? null,
        cause: seen.refusal?.cause ?? null,
        duration_ms: seen.durationMs,
        bytes: seen.bytes,
        remote_address: seen.remoteAddress,
        events: seen.events.map(({ id, status, deliveries }) => ({ id, status, deliveries })),
      };
    case 'attempt':
      return {
        delivery_id: seen.deliveryId,
        event_id: seen.eventId,
        source: seen.source,
        route: seen.route,
        target: seen.target,
        state: seen.state,
        number: seen.attempt.number,
        outcome: seen.attempt.outcome,
        error_class: seen.attempt.errorClass ?? null,
        status: seen.attempt.status ?? null,
        duration_ms: seen.attempt.durationMs,
        job_id: seen.attempt.jobId ?? null,
      };
    case 'delivery-ended':
      return {
        delivery_id: seen.deliveryId,
        source: seen.source,
        state: seen.state,
        duration_ms: seen.durationMs,
      };
    case 'job-ended':
      return {
        delivery_id: seen.deliveryId,
        source: seen.source,
        route: seen.route,
        target: seen.target,
        job_id: seen.jobId,
        outcome: seen.outcome,
        failed_step: seen.failedStep ?? null,
      };
    case 'notice':
      return { level: seen.level, event: seen.event, message: seen.message, data: seen.data ?? null };
    default:
      // Every kind is above
      return seen satisfies never;
  }
}
