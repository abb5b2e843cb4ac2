import type { AttemptMade, JobEnded, Observation, RequestReceived } from '../../model/observation.js';
import type { LogFields, LogLevel, WriteLog } from './log.js';

/** One wide line for each request and each attempt: every id, number and decision of it in one place. */
export function writeObservation(write: WriteLog, observation: Observation): void {
  switch (observation.kind) {
    case 'request':
      write(requestLevel(observation), 'request received', requestFields(observation));
      return;
    case 'attempt':
      write(attemptLevel(observation), 'delivery attempted', attemptFields(observation));
      return;
    case 'job-ended':
      write('info', 'komand job ended', jobFields(observation));
      return;
    case 'notice':
      write(observation.level, observation.message, { event: observation.event, ...observation.data });
      return;
    case 'delivery-ended':
      if (observation.state === 'delivered') return;
      write(observation.state === 'dead' ? 'warn' : 'info', `delivery ${observation.state}`, {
        delivery_id: observation.deliveryId,
        source: observation.source,
        state: observation.state,
        duration_ms: observation.durationMs,
      });
  }
}

function requestLevel(seen: RequestReceived): LogLevel {
  return seen.status >= 500 ? 'warn' : 'info';
}

function requestFields(seen: RequestReceived): LogFields {
  return {
    request_id: seen.requestId,
    source: seen.source,
    method: seen.method,
    'http.status': seen.status,
    bytes: seen.bytes,
    duration_ms: round(seen.durationMs),
    remote_ip: seen.remoteAddress,
    events: seen.events.map((event) => ({
      event_id: event.id,
      status: event.status,
      provider_id: event.deliveryKey,
      deliveries: event.deliveries,
    })),
    code: seen.code,
    refusal: seen.refusal?.cause,
    refusal_detail: seen.refusal?.detail,
    secret_index: seen.secretIndex,
    headers: seen.headers,
    traceparent: seen.traceparent,
  };
}

/** A try that will be repeated is a warning; a success or a repeat after a shutdown is not worth one. */
function attemptLevel(made: AttemptMade): LogLevel {
  const quiet = made.attempt.outcome === 'delivered' || made.attempt.outcome === 'interrupted';
  return quiet ? 'info' : 'warn';
}

function attemptFields(made: AttemptMade): LogFields {
  const { attempt } = made;
  return {
    event_id: made.eventId,
    delivery_id: made.deliveryId,
    source: made.source,
    route: made.route,
    target: made.target,
    provider_id: made.deliveryKey,
    attempt: attempt.number,
    outcome: attempt.outcome,
    state: made.state,
    'error.class': attempt.errorClass,
    'error.reason': attempt.reason,
    reached: attempt.reached,
    'http.status': attempt.status,
    duration_ms: round(attempt.durationMs),
    job_id: attempt.jobId,
    job_url: made.jobUrl,
    next_at: attempt.nextAt === undefined ? undefined : new Date(attempt.nextAt).toISOString(),
    traceparent: made.traceparent,
  };
}

function jobFields(ended: JobEnded): LogFields {
  return {
    delivery_id: ended.deliveryId,
    source: ended.source,
    route: ended.route,
    target: ended.target,
    job_id: ended.jobId,
    outcome: ended.outcome,
    failed_step: ended.failedStep,
  };
}

/** Milliseconds to one decimal: more digits are noise. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
