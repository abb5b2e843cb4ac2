import type { DeliveryState } from '../../model/delivery.js';
import { Problem } from '../../model/problem.js';
import type { AdminRoute } from './admin-route.js';
import { describe, FLAG, listOf, mapOf, shape, TEXT, words } from './json-schema.js';
import { findBulkItems, readBulkWish } from './plan-bulk.js';
import type { AuditTrail, Bulk, BulkResult, BulkStore, DeliveryReader, Search } from './ports.js';
import { badRequest, onlyFields, onlyParameters, readChange, readLimit, readParam } from './read-input.js';
import { REASON, ref } from './schemas.js';
import { showDelivery } from './show-delivery.js';
import { timeText } from './time-text.js';

const SAMPLES = 5;
const MAX_RATE = 1_000;
const DEFAULT_RATE = 10;
const RESULTS = {
  offset: { type: 'integer', minimum: 0 },
  limit: { type: 'integer', minimum: 1, maximum: 1_000 },
} as const;
const PLAN = {
  type: 'object',
  properties: {
    action: words('retry', 'discard', 'replay'),
    filter: describe(mapOf(TEXT), 'As in the list of deliveries; may not be empty unless all is true.'),
    all: FLAG,
  },
  required: ['action'],
  additionalProperties: false,
} as const;

/** Operations on many deliveries: planned with the exact count, then run, watched, cancelled. */
export function bulkRoutes(deps: {
  readonly store: BulkStore;
  readonly search: Search;
  readonly reader: Pick<DeliveryReader, 'show'>;
  readonly audit: AuditTrail;
}): readonly AdminRoute[] {
  const { store, search, reader, audit } = deps;

  const mustShow = async (id: string): Promise<Bulk> => {
    const bulk = await store.show(id);
    if (bulk === undefined)
      throw new Problem('not_found', 404, 'There is no bulk operation of this id, or its plan has expired.');
    return bulk;
  };
  const samplesOf = async (id: string): Promise<readonly unknown[]> => {
    const items = await store.samples(id, SAMPLES);
    const views = await Promise.all(items.map((item) => reader.show(item.id)));
    return views.filter((view) => view !== undefined).map(showDelivery);
  };
  /** Where each that was done stands by now: a retry is not over with the retry. */
  const statesOf = (results: readonly BulkResult[]): Promise<readonly (DeliveryState | undefined)[]> =>
    Promise.all(
      results.map(async ({ id, newId, result }) =>
        result === 'succeeded' ? (await reader.show(newId ?? id))?.state : undefined,
      ),
    );

  return [
    {
      method: 'POST',
      path: '/api/v1/bulk',
      role: 'operator',
      summary:
        'Plans an operation: the exact count, samples, and the set that a run will touch. Changes nothing.',
      doc: { body: PLAN, status: 201, answer: ref('Bulk') },
      handler: async ({ body, principal }) => {
        const wish = readBulkWish(body);
        const items = await findBulkItems(search, wish);
        const bulk = await store.plan({ ...wish, by: principal.name }, items);
        return { status: 201, body: { ...show(bulk), samples: await samplesOf(bulk.id) } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/bulk',
      role: 'viewer',
      summary: 'Lists operations, newest first.',
      doc: { answer: shape({ items: listOf(ref('Bulk')) }) },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, body: { items: (await store.list()).map(show) } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/bulk/:id',
      role: 'viewer',
      summary: 'Shows one operation with its progress and its results so far.',
      doc: { query: RESULTS, answer: ref('Bulk') },
      handler: async (request) => {
        const { query } = request;
        onlyParameters(query, Object.keys(RESULTS));
        const bulk = await mustShow(readParam(request, 'id'));
        const limit = query.has('limit') ? readLimit(query, 1_000) : 1_000;
        const offset = readOffset(query.get('offset'));
        const results = await store.results(bulk.id, offset, limit);
        const next = results.length < limit ? null : offset + limit;
        const [samples, states] = await Promise.all([samplesOf(bulk.id), statesOf(results)]);
        const body = {
          ...show(bulk),
          samples,
          results: results.map((result, i) => ({ ...showResult(result), state: states[i] ?? null })),
          became: tally(states),
          next_offset: next,
        };
        return { status: 200, body };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/bulk/:id/run',
      role: 'operator',
      summary: 'Runs a plan: touches exactly the set that was counted, and waits while its target is away.',
      doc: {
        body: {
          ...REASON,
          properties: {
            ...REASON.properties,
            rate: {
              type: 'number',
              minimum: 0.1,
              maximum: MAX_RATE,
              description: 'Deliveries a second; 10.',
            },
          },
        },
        status: 202,
        answer: ref('Bulk'),
      },
      handler: async (request) => {
        const id = readParam(request, 'id');
        const { rate = DEFAULT_RATE } = onlyFields(request.body, ['reason', 'rate']);
        if (typeof rate !== 'number' || !(rate >= 0.1 && rate <= MAX_RATE))
          throw badRequest(`rate must be a number of deliveries a second, from 0.1 to ${MAX_RATE}.`);
        const change = readChange(request);
        const bulk = await mustShow(id);
        if (bulk.state !== 'planned') throw alreadyPast(bulk);
        const detail = `${bulk.action} of ${bulk.count}, ${rate} a second, ${JSON.stringify(bulk.filter)}`;
        const auditId = await audit.write({ ...change, action: 'bulk.run', ids: [id], detail });
        if (!(await store.start(id, { ...change, rate, auditId }))) throw alreadyPast(await mustShow(id));
        return { status: 202, body: show(await mustShow(id)) };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/bulk/:id/cancel',
      role: 'operator',
      summary: 'Stops an operation; what is done stays done.',
      doc: { body: REASON, answer: ref('Bulk') },
      handler: async (request) => {
        const id = readParam(request, 'id');
        onlyFields(request.body, ['reason']);
        const change = readChange(request);
        const bulk = await mustShow(id);
        if (bulk.state !== 'planned' && bulk.state !== 'running') throw alreadyPast(bulk);
        await audit.write({ ...change, action: 'bulk.cancel', ids: [id] });
        if (!(await store.cancel(id))) throw alreadyPast(await mustShow(id));
        return { status: 200, body: show(await mustShow(id)) };
      },
    },
  ];
}

function tally(states: readonly (DeliveryState | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const state of states) if (state !== undefined) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function readOffset(text: string | null): number {
  const offset = Number(text ?? 0);
  if (!Number.isSafeInteger(offset) || offset < 0) throw badRequest('offset must be a whole number.');
  return offset;
}

function alreadyPast({ state }: Bulk): Problem {
  return new Problem('conflict', 409, `This operation is ${state} already; plan another one.`);
}

function show(bulk: Bulk): Record<string, unknown> {
  const { id, action, filter, all, state, count, by, succeeded, failed, skipped } = bulk;
  return {
    id,
    action,
    filter,
    all,
    state,
    count,
    by,
    created_at: timeText(bulk.createdAt),
    expires_at: timeText(bulk.expiresAt),
    rate: bulk.rate ?? null,
    reason: bulk.reason ?? null,
    started_at: timeText(bulk.startedAt),
    ended_at: timeText(bulk.endedAt),
    succeeded,
    failed,
    skipped,
    waiting_for: bulk.waitingFor ?? null,
  };
}

function showResult({ id, result, detail, newId }: BulkResult): Record<string, unknown> {
  return { id, result, detail: detail ?? null, new_id: newId ?? null };
}
