import type { Attempt, DeliveryView } from '../../model/delivery.js';
import { attemptsOf, errorClassOf, statusOf } from './dead-cause.js';
import { timeText } from './time-text.js';

/** A delivery as lists show it: times as RFC 3339, names as in the glossary. */
export function showDelivery(view: DeliveryView): Record<string, unknown> {
  const { delivery, receipt, progress } = view;
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    source: delivery.source,
    route: delivery.route,
    state: view.state,
    delivery_key: delivery.deliveryKey,
    received_at: timeText(delivery.receivedAt),
    delivered_at: timeText(receipt?.deliveredAt),
    job_id: receipt?.jobId ?? null,
    job_url: receipt?.jobUrl ?? null,
    message: receipt?.message ?? null,
    outcome: view.jobOutcome ?? null,
    failed_step: view.failedStep ?? null,
    next_attempt_at: timeText(view.nextAt),
    error_class: errorClassOf(view),
    http_code: statusOf(view),
    attempt_count: attemptsOf(view).length + progress.dropped,
    request_id: delivery.requestId,
    replay_of: delivery.replay?.of ?? null,
    unreadable: view.unreadable ?? null,
    replay: delivery.replay === undefined ? null : { ...delivery.replay, at: timeText(delivery.replay.at) },
  };
}

/** The same with its timeline and what came in. */
export function showWhole(view: DeliveryView): Record<string, unknown> {
  const { delivery } = view;
  return {
    ...showDelivery(view),
    attempts: attemptsOf(view).map(showAttempt),
    body: delivery.body,
    content_type: delivery.contentType,
    headers: delivery.headers,
  };
}

function showAttempt(attempt: Attempt): Record<string, unknown> {
  return {
    number: attempt.number,
    started_at: timeText(attempt.startedAt),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    error_class: attempt.errorClass ?? null,
    reason: attempt.reason ?? null,
    reached: attempt.reached,
    status: attempt.status ?? null,
    answer: attempt.answer ?? null,
    job_id: attempt.jobId ?? null,
    next_attempt_at: timeText(attempt.nextAt),
  };
}
