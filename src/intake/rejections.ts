import { createHash } from 'node:crypto';
import type { RejectedRequest } from '../model/arrival.js';
import { newEventId, type EventId } from '../model/ids.js';
import type { Problem, ProblemCode, SchemaFault } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { RefusalCause, Source } from '../model/source.js';
import type { RejectedStore } from './ports.js';

/** Records of unauthentic requests kept per source and second: a flood must not fill the store. */
const UNAUTHENTIC_PER_SECOND = 10;

export interface Cause {
  readonly cause: RefusalCause | ProblemCode;
  readonly detail: string;
}

export interface Rejections {
  /** Keeps what is known of a request nobody vouches for: best effort, never waited for, bounded in rate. */
  note(source: Source, request: RawRequest, problem: Problem, cause: Cause): void;
  /** Keeps an authentic body whole. Rejects with `Problem` store_unavailable when that cannot be done. */
  quarantine(item: QuarantineItem): Promise<Quarantined>;
}

/** What is known of an event that is not one yet. */
export interface Quarantined {
  readonly id: EventId;
  readonly deliveryKey?: string;
}

export interface QuarantineItem {
  readonly source: Source;
  readonly request: RawRequest;
  readonly problem: Problem;
  /** The whole body, or the element of a batch that is not good. */
  readonly text: string;
  /** Position in the batch. */
  readonly index?: number;
  readonly deliveryKey?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function createRejections(deps: {
  readonly store: RejectedStore;
  readonly now: () => number;
}): Rejections {
  const budget = new Map<string, { second: number; left: number }>();

  const mayNote = (source: string): boolean => {
    const second = Math.floor(deps.now() / 1_000);
    let entry = budget.get(source);
    if (entry === undefined || entry.second !== second) {
      entry = { second, left: UNAUTHENTIC_PER_SECOND };
      budget.set(source, entry);
    }
    entry.left -= 1;
    return entry.left >= 0;
  };

  return {
    note(source, request, problem, cause) {
      if (!mayNote(source.name)) return;
      const record = describe(source.name, request, problem, cause, request.body, {});
      // Best effort: the answer does not depend on it, and a store that is away says so elsewhere
      deps.store.record(record).catch(() => undefined);
    },
    async quarantine({ source, request, problem, text, index, deliveryKey, headers }) {
      const described = describe(
        source.name,
        request,
        problem,
        { cause: problem.code, detail: detailOf(problem) },
        // A whole body is described by its own bytes: text that was not UTF-8 has lost some
        index === undefined ? request.body : Buffer.from(text),
        headers,
      );
      const eventId = newEventId(request.receivedAt);
      const key = deliveryKey === undefined ? {} : { deliveryKey };
      const record: RejectedRequest = {
        ...described,
        id: index === undefined ? request.id : `${request.id}-${index}`,
        quarantined: {
          body: text,
          contentType: request.headers['content-type'] ?? 'application/json',
          eventId,
          ...key,
        },
      };
      await deps.store.record(record);
      return { id: eventId, ...key };
    },
  };
}

function describe(
  source: string,
  request: RawRequest,
  problem: Problem,
  cause: Cause,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): RejectedRequest {
  const errors: readonly SchemaFault[] = problem.details.errors ?? [];
  return {
    id: request.id,
    source,
    at: request.receivedAt,
    status: problem.status,
    code: problem.code,
    cause: cause.cause,
    detail: cause.detail,
    errors,
    remoteAddress: request.remoteAddress,
    headers,
    bodyBytes: body.length,
    bodyHash: createHash('sha256').update(body).digest('hex'),
  };
}

function detailOf(problem: Problem): string {
  const first = problem.details.errors?.[0];
  if (first !== undefined) return `${first.pointer || '/'} ${first.message}`;
  return problem.details.cause ?? problem.message;
}
