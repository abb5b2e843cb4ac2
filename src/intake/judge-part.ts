import { eventIdOfRequest, newEventId } from '../model/ids.js';
import type { Arrival } from '../model/arrival.js';
import type { Observe } from '../model/observation.js';
import { Problem } from '../model/problem.js';
import type { BodyPart } from '../model/source.js';
import { chooseRoutes } from './choose-routes.js';
import { traceparentOf } from './kept-headers.js';
import type { Verified } from './verified.js';

/** A part of a request that may be stored. */
export interface GoodPart {
  readonly ok: true;
  readonly index: number;
  readonly arrival: Arrival;
}

/** A part that breaks the source's schema. */
export interface BadPart {
  readonly ok: false;
  readonly index: number;
  readonly part: BodyPart;
  readonly deliveryKey: string;
  readonly problem: Problem;
}

/** Validate, delivery key, conditions: everything that is decided about one event before it is stored. */
export async function judgePart(
  verified: Verified,
  part: BodyPart,
  index: number,
  headers: Readonly<Record<string, string>>,
  observe: Observe,
): Promise<GoodPart | BadPart> {
  const { source, request } = verified;
  const errors = source.validate(part.value);
  const deliveryKey = source.deliveryKey(request, part);
  if (errors.length > 0) {
    const problem = new Problem(
      'schema_mismatch',
      422,
      'The body does not match the schema of this source.',
      { errors },
    );
    return { ok: false, index, part, deliveryKey, problem };
  }
  const routes = await chooseRoutes(source, part, headers, observe);
  const traceparent = traceparentOf(request);
  const called = index === 0 ? eventIdOfRequest(request.id) : undefined;
  return {
    ok: true,
    index,
    arrival: {
      routes,
      event: {
        id: called ?? newEventId(request.receivedAt),
        source: source.name,
        deliveryKey,
        dedupeWindowMs: source.dedupeWindowMs,
        receivedAt: request.receivedAt,
        body: part.text,
        contentType: request.headers['content-type'] ?? 'application/json',
        headers,
        requestId: request.id,
        ...(traceparent === undefined ? {} : { traceparent }),
      },
    },
  };
}
