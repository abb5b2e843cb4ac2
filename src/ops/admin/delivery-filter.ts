import type { DeliveryState, DeliveryView, JobOutcome } from '../../model/delivery.js';
import { attemptsOf, causeOf, errorClassOf, statusOf } from './dead-cause.js';
import { hasField, parseBodyField } from './body-field.js';
import { describe, TEXT, TIME, words, type JsonSchema } from './json-schema.js';
import type { SearchQuery } from './ports.js';
import { badRequest } from './read-input.js';

export const STATES: readonly DeliveryState[] = [
  'queued',
  'active',
  'scheduled',
  'delivered',
  'dead',
  'discarded',
];
export const OUTCOMES: readonly JobOutcome[] = [
  'pending',
  'succeeded',
  'failed',
  'dismissed',
  'cancelled',
  'retried',
  'unconfirmed',
  'unknown',
];
const MAX_VALUE = 500;

/** Every filter of deliveries: the same names in the API, the console's addresses, the command line and bulk plans. */
export const FILTERS: Readonly<Record<string, JsonSchema>> = {
  source: describe(TEXT, 'A configured source.'),
  route: describe(TEXT, 'A route of it.'),
  state: words(...STATES),
  outcome: describe(words(...OUTCOMES), 'What became of the Komand job.'),
  error_class: describe(TEXT, 'Why the last failed attempt failed, e.g. http_5xx or mapping.'),
  http_code: describe(TEXT, 'Status of the last answer: 503, or 5xx.'),
  from: describe(TIME, 'Accepted at this time or later; a replay, when it was asked for.'),
  to: describe(TIME, 'Accepted before this time.'),
  delivery_key: describe(TEXT, 'The sender’s key, exactly.'),
  job_id: describe(TEXT, 'The Komand job that a delivery started, exactly.'),
  text: describe(TEXT, 'Stands in the body, the key, an id, a reason or an answer; not a pattern.'),
  body_field: describe(TEXT, 'path=value: a field of the body and its exact value.'),
  fingerprint: describe(TEXT, 'A group of dead letters.'),
};

export type Filters = Readonly<Record<string, string>>;
export type FilterQuery = Pick<SearchQuery, 'source' | 'state' | 'from' | 'to' | 'matches'>;

/** Takes the filters out of a query; one that is empty counts as not given. */
export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries([...query].filter(([name, value]) => name in FILTERS && value !== ''));
}

/** Throws `Problem` bad_request for a value that cannot be. */
export function readFilters(filters: Filters): FilterQuery {
  for (const [name, value] of Object.entries(filters))
    if (value.length > MAX_VALUE) throw badRequest(`${name} may have ${MAX_VALUE} characters at most.`);
  const { source, state, from, to } = filters;
  const known = state === undefined ? undefined : oneOf(STATES, 'state', state);
  return {
    ...(source === undefined ? {} : { source }),
    ...(known === undefined ? {} : { state: known }),
    ...(from === undefined ? {} : { from: timeOf('from', from) }),
    ...(to === undefined ? {} : { to: timeOf('to', to) }),
    matches: matcherOf(filters),
  };
}

function matcherOf(filters: Filters): (view: DeliveryView) => boolean {
  const { route, outcome, error_class: errorClass, delivery_key: key, job_id: jobId, fingerprint } = filters;
  const tests: ((view: DeliveryView) => boolean)[] = [];
  if (route !== undefined) tests.push(({ delivery }) => delivery.route === route);
  if (outcome !== undefined) {
    const wanted = oneOf(OUTCOMES, 'outcome', outcome);
    tests.push(({ jobOutcome }) => jobOutcome === wanted);
  }
  if (errorClass !== undefined) tests.push((view) => errorClassOf(view) === errorClass);
  if (filters['http_code'] !== undefined) tests.push(codeTest(filters['http_code']));
  if (key !== undefined) tests.push(({ delivery }) => delivery.deliveryKey === key);
  if (jobId !== undefined) tests.push((view) => jobIdsOf(view).includes(jobId));
  if (fingerprint !== undefined) tests.push((view) => causeOf(view).fingerprint === fingerprint);
  if (filters['text'] !== undefined) tests.push(textTest(filters['text']));
  if (filters['body_field'] !== undefined) {
    const field = parseBodyField(filters['body_field']);
    if (field === undefined) throw badRequest('body_field must be path=value, e.g. result.host=vpn01.');
    tests.push(({ delivery }) => hasField(delivery.body, field));
  }
  return (view) => tests.every((test) => test(view));
}

/** Every Komand job that a delivery is known to have started. */
export function jobIdsOf(view: DeliveryView): readonly string[] {
  const ids = [view.receipt?.jobId, ...attemptsOf(view).map(({ jobId }) => jobId)];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function codeTest(code: string): (view: DeliveryView) => boolean {
  const family = /^([1-5])xx$/i.exec(code)?.[1];
  if (family !== undefined) return (view) => String(statusOf(view) ?? '').startsWith(family);
  if (!/^[1-5]\d\d$/.test(code)) throw badRequest('http_code must be a status such as 503, or 5xx.');
  return (view) => statusOf(view) === Number(code);
}

/** By comparison, not by pattern: what people type in can neither be slow nor mean anything else. */
function textTest(text: string): (view: DeliveryView) => boolean {
  const wanted = text.toLowerCase();
  const holds = (value: string | undefined): boolean => value?.toLowerCase().includes(wanted) ?? false;
  return (view) => {
    const { id, eventId, deliveryKey, requestId, body } = view.delivery;
    return (
      [id, eventId, deliveryKey, requestId, body, view.failedStep].some(holds) ||
      attemptsOf(view).some(({ reason, answer, jobId }) => [reason, answer, jobId].some(holds))
    );
  };
}

function oneOf<T extends string>(known: readonly T[], name: string, text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw badRequest(`${name} must be one of: ${known.join(', ')}.`);
  return found;
}

/** Unix milliseconds of an RFC 3339 time, or a date. */
function timeOf(name: string, text: string): number {
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time)) throw badRequest(`${name} must be a time such as 2026-11-24T21:00:00Z.`);
  return time;
}
