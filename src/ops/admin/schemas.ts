import { OUTCOMES, STATES } from './delivery-filter.js';
import {
  COUNT,
  describe,
  FLAG,
  listOf,
  mapOf,
  NUMBER,
  nullable,
  shape,
  TEXT,
  TIME,
  words,
  type JsonSchema,
} from './json-schema.js';

/** The objects that verbs answer with, each named once in the OpenAPI document. */
const attempt = shape({
  number: COUNT,
  started_at: TIME,
  duration_ms: NUMBER,
  outcome: TEXT,
  error_class: nullable(TEXT),
  reason: nullable(TEXT),
  reached: words('not_sent', 'sent_no_answer', 'answered'),
  status: nullable(COUNT),
  answer: nullable(TEXT),
  job_id: nullable(TEXT),
  next_attempt_at: nullable(TIME),
});

const summary: Readonly<Record<string, JsonSchema>> = {
  id: TEXT,
  event_id: TEXT,
  source: TEXT,
  route: TEXT,
  state: words(...STATES),
  delivery_key: TEXT,
  received_at: TIME,
  delivered_at: nullable(TIME),
  job_id: nullable(TEXT),
  job_url: nullable(TEXT),
  message: nullable(TEXT),
  outcome: { type: ['string', 'null'], description: `One of: ${OUTCOMES.join(', ')}.` },
  failed_step: nullable(TEXT),
  next_attempt_at: nullable(TIME),
  error_class: nullable(TEXT),
  http_code: nullable(COUNT),
  attempt_count: COUNT,
  request_id: TEXT,
  replay_of: nullable(TEXT),
  unreadable: nullable(TEXT),
  replay: {
    ...shape({ of: TEXT, by: TEXT, reason: TEXT, at: TIME, edited: FLAG }),
    type: ['object', 'null'],
  },
};

const auditEntry = shape({
  at: TIME,
  by: TEXT,
  action: TEXT,
  reason: TEXT,
  ids: listOf(TEXT),
  detail: nullable(TEXT),
});

const whole = shape({
  ...summary,
  attempts: listOf({ $ref: '#/components/schemas/Attempt' }),
  body: TEXT,
  content_type: TEXT,
  headers: mapOf(TEXT),
  job_ids: listOf(TEXT),
  mapped: { ...shape({ body: TEXT, error: TEXT }, ['body', 'error']) },
  replay_verdict: shape({
    verdict: words('never_sent', 'sent_without_answer', 'answered'),
    safe: FLAG,
    sentence: TEXT,
  }),
  curl: TEXT,
  audit: listOf({ $ref: '#/components/schemas/AuditEntry' }),
});

const rejected = shape(
  {
    id: TEXT,
    source: TEXT,
    at: TIME,
    status: COUNT,
    code: TEXT,
    cause: TEXT,
    detail: TEXT,
    errors: listOf(shape({ pointer: TEXT, keyword: TEXT, message: TEXT })),
    remote_address: TEXT,
    headers: mapOf(TEXT),
    body_bytes: COUNT,
    body_sha256: TEXT,
    quarantined: FLAG,
    body: TEXT,
    delivery_key: nullable(TEXT),
    audit: listOf({ $ref: '#/components/schemas/AuditEntry' }),
  },
  ['body', 'delivery_key', 'audit'],
);

const bulk = shape(
  {
    id: TEXT,
    action: words('retry', 'discard', 'replay'),
    filter: mapOf(TEXT),
    all: FLAG,
    state: words('planned', 'running', 'done', 'cancelled'),
    count: COUNT,
    samples: listOf({ $ref: '#/components/schemas/Delivery' }),
    by: TEXT,
    created_at: TIME,
    expires_at: nullable(TIME),
    rate: nullable(NUMBER),
    reason: nullable(TEXT),
    started_at: nullable(TIME),
    ended_at: nullable(TIME),
    succeeded: COUNT,
    failed: COUNT,
    skipped: COUNT,
    waiting_for: nullable(TEXT),
    results: listOf(
      shape({
        id: TEXT,
        result: words('succeeded', 'failed', 'skipped'),
        detail: nullable(TEXT),
        new_id: nullable(TEXT),
        state: describe(nullable(TEXT), 'Where the delivery that was touched or made stands now.'),
      }),
    ),
    became: describe(mapOf(COUNT), 'How many of these results stand where now, by state.'),
    next_offset: nullable(COUNT),
  },
  ['samples', 'results', 'became', 'next_offset'],
);

const deadGroup = shape({
  fingerprint: TEXT,
  source: TEXT,
  error_class: nullable(TEXT),
  status: nullable(COUNT),
  reason: describe(TEXT, 'Without what differs from one to the next.'),
  example: describe(TEXT, 'The reason of one of them, as it was said.'),
  count: COUNT,
  first_at: TIME,
  last_at: TIME,
  sample_ids: listOf(TEXT),
});

export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Attempt: attempt,
  Delivery: shape(summary),
  WholeDelivery: whole,
  AuditEntry: auditEntry,
  Rejected: rejected,
  Bulk: bulk,
  DeadGroup: deadGroup,
};

export function ref(name: keyof typeof SCHEMAS): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** One page of a list. */
export function pageOf(
  name: keyof typeof SCHEMAS,
  more: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return shape({ items: listOf(ref(name)), next_cursor: nullable(TEXT), ...more });
}

/** What a searched page says besides. */
export const SEARCHED = { scanned: COUNT, complete: FLAG };

/** The body of a change. */
export const REASON: JsonSchema = {
  type: 'object',
  properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
  required: ['reason'],
  additionalProperties: false,
};
