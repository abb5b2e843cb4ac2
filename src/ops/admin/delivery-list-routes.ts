import type { AdminRoute } from './admin-route.js';
import { FILTERS, filtersOf, readFilters } from './delivery-filter.js';
import { CONTENT_TYPES, exportRows } from './export-rows.js';
import { findDeliveries, type FindDeps } from './find-deliveries.js';
import { COUNT, describe, mapOf, shape, TEXT, words, listOf, FLAG } from './json-schema.js';
import type { DeadGroups, DeliveryReader } from './ports.js';
import { badRequest, onlyParameters } from './read-input.js';
import { pageOf, ref, SEARCHED } from './schemas.js';
import { STATES } from './delivery-filter.js';
import { showDelivery } from './show-delivery.js';
import { timeText } from './time-text.js';

const LIST = {
  ...FILTERS,
  limit: { type: 'integer', minimum: 1, maximum: 200 },
  cursor: describe(TEXT, 'As the page before gave it out.'),
} as const;
const EXPORT = {
  ...FILTERS,
  format: describe(words('jsonl', 'csv'), 'jsonl unless said otherwise.'),
} as const;

/** What is asked of many deliveries at once. */
export function deliveryListRoutes(
  deps: FindDeps & { readonly reader: DeliveryReader; readonly deadGroups: DeadGroups },
): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/deliveries',
      role: 'viewer',
      summary: 'Lists deliveries, newest first.',
      doc: { query: LIST, answer: pageOf('Delivery', SEARCHED) },
      handler: async ({ query }) => {
        onlyParameters(query, Object.keys(LIST));
        const { items, cursor, scanned, complete } = await findDeliveries(deps, query);
        const shown = items.map(showDelivery);
        return { status: 200, body: { items: shown, next_cursor: cursor ?? null, scanned, complete } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/counts',
      role: 'viewer',
      summary: 'Counts deliveries by source and state.',
      doc: { answer: mapOf(shape(Object.fromEntries(STATES.map((state) => [state, COUNT])))) },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, body: Object.fromEntries(await deps.reader.counts()) };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/export',
      role: 'viewer',
      summary: 'Writes out every delivery that matches, as JSON lines or CSV.',
      doc: { query: EXPORT, answer: TEXT, contentType: 'application/jsonl' },
      handler: async ({ query }) => {
        onlyParameters(query, Object.keys(EXPORT));
        const format = query.get('format') ?? 'jsonl';
        if (format !== 'jsonl' && format !== 'csv') throw badRequest('format must be jsonl or csv.');
        const wanted = readFilters(filtersOf(query));
        return {
          status: 200,
          contentType: CONTENT_TYPES[format],
          headers: { 'content-disposition': `attachment; filename="deliveries.${format}"` },
          stream: (signal) => exportRows(deps.search, wanted, format, signal),
        };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/dead/groups',
      role: 'viewer',
      summary: 'Groups dead letters by what they died of, the largest group first.',
      doc: {
        query: { source: describe(TEXT, 'Only of this source.') },
        answer: shape({ items: listOf(ref('DeadGroup')), counted: COUNT, complete: FLAG }),
      },
      handler: async ({ query }) => {
        onlyParameters(query, ['source']);
        const { groups, counted, complete } = await deps.deadGroups(query.get('source') ?? undefined);
        const items = groups.map(({ source, cause, count, firstAt, lastAt, sampleIds }) => ({
          fingerprint: cause.fingerprint,
          source,
          error_class: cause.errorClass,
          status: cause.status,
          reason: cause.reason,
          example: cause.example,
          count,
          first_at: timeText(firstAt),
          last_at: timeText(lastAt),
          sample_ids: sampleIds,
        }));
        return { status: 200, body: { items, counted, complete } };
      },
    },
  ];
}
