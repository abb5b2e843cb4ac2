import { createHash } from 'node:crypto';
import type { Attempt, DeliveryView } from '../../model/delivery.js';
import type { ErrorClass } from '../../model/outcome.js';

/** What a delivery failed of, as far as it tells one cause from another. */
export interface Cause {
  readonly errorClass: ErrorClass | null;
  /** HTTP status of the last answer. */
  readonly status: number | null;
  /** The last reason without what differs from one delivery to the next. */
  readonly reason: string;
  /** The last reason as it was said, of one of them. */
  readonly example: string;
  /** Names the cause within its source. */
  readonly fingerprint: string;
}

const MAX_REASON = 200;

/** All attempts of the timeline, the one that delivered it included. */
export function attemptsOf({ progress, receipt }: DeliveryView): readonly Attempt[] {
  return receipt === undefined ? progress.attempts : [...progress.attempts, receipt.attempt];
}

export function errorClassOf(view: DeliveryView): ErrorClass | null {
  const { deadClass } = view.progress;
  return deadClass ?? attemptsOf(view).findLast((made) => made.errorClass !== undefined)?.errorClass ?? null;
}

/** HTTP status of the last attempt that had an answer. */
export function statusOf(view: DeliveryView): number | null {
  return attemptsOf(view).findLast((made) => made.status !== undefined)?.status ?? null;
}

/** Deliveries with the same fingerprint died of the same thing, as far as error class, status and words can tell. */
export function causeOf(view: DeliveryView): Cause {
  const errorClass = errorClassOf(view);
  const status = statusOf(view);
  const said = attemptsOf(view).findLast((made) => made.reason !== undefined)?.reason ?? '';
  const reason = shapeOf(said);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([view.delivery.source, errorClass, status, reason]))
    .digest('hex')
    .slice(0, 16);
  return { errorClass, status, reason, example: said.slice(0, MAX_REASON), fingerprint };
}

/** Ids, quoted values and numbers out: `job "a1" timed out after 31 s` and `job "b2" … 29 s` are one cause. */
function shapeOf(reason: string): string {
  return reason
    .slice(0, 2 * MAX_REASON)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '…')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/\b[0-9a-f]{16,}\b/gi, '…')
    .replace(/\d+(\.\d+)?/g, '#')
    .slice(0, MAX_REASON);
}
