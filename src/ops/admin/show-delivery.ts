import type { Attempt, DeliveryView } from '../../model/delivery.js';

/** A delivery as the API shows it: times as RFC 3339, names as in the glossary. The body only where it is asked for. */
export function showDelivery(view: DeliveryView, withBody: boolean): Record<string, unknown> {
  const { delivery, receipt, progress } = view;
  const attempts = receipt === undefined ? progress.attempts : [...progress.attempts, receipt.attempt];
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    source: delivery.source,
    route: delivery.route,
    state: view.state,
    delivery_key: delivery.deliveryKey,
    received_at: time(delivery.receivedAt),
    delivered_at: time(receipt?.deliveredAt),
    job_id: receipt?.jobId ?? null,
    job_url: receipt?.jobUrl ?? null,
    message: receipt?.message ?? null,
    outcome: view.jobOutcome ?? null,
    failed_step: view.failedStep ?? null,
    next_attempt_at: time(view.nextAt),
    error_class:
      progress.deadClass ??
      attempts.findLast((attempt) => attempt.errorClass !== undefined)?.errorClass ??
      null,
    attempt_count: attempts.length + progress.dropped,
    request_id: delivery.requestId,
    replay_of: delivery.replay?.of ?? null,
    replay: delivery.replay === undefined ? null : { ...delivery.replay, at: time(delivery.replay.at) },
    ...(withBody
      ? {
          attempts: attempts.map(showAttempt),
          body: delivery.body,
          content_type: delivery.contentType,
          headers: delivery.headers,
        }
      : {}),
  };
}

function showAttempt(attempt: Attempt): Record<string, unknown> {
  return {
    number: attempt.number,
    started_at: time(attempt.startedAt),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    error_class: attempt.errorClass ?? null,
    reason: attempt.reason ?? null,
    reached: attempt.reached,
    status: attempt.status ?? null,
    answer: attempt.answer ?? null,
    job_id: attempt.jobId ?? null,
    next_attempt_at: time(attempt.nextAt),
  };
}

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
