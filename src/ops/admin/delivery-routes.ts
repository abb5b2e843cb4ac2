import { Problem } from '../../model/problem.js';
import { isJsonObject } from '../../model/json.js';
import type { AdminRoute } from './admin-route.js';
import type { DeliveryReader, DeliveryVerbs } from './ports.js';
import { onlyParameters, readChange, readLimit, readParam, readState } from './read-input.js';
import { showDelivery } from './show-delivery.js';

const FILTERS = ['source', 'state', 'job_id', 'delivery_key', 'limit', 'cursor'];

/** The verbs on deliveries. */
export function deliveryRoutes(reader: DeliveryReader, verbs: DeliveryVerbs): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/deliveries',
      role: 'viewer',
      summary: 'Lists deliveries, newest first.',
      handler: async ({ query }) => {
        onlyParameters(query, FILTERS);
        const { items, cursor } = await find(reader, query);
        return {
          status: 200,
          body: { items: items.map((view) => showDelivery(view, false)), next_cursor: cursor ?? null },
        };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/deliveries/:id',
      role: 'viewer',
      summary: 'Shows one delivery with its timeline, body and answers.',
      handler: async (request) => {
        const view = await reader.show(readParam(request, 'id'));
        if (view === undefined)
          throw new Problem('not_found', 404, 'There is no delivery of this id, or its retention is over.');
        return { status: 200, body: showDelivery(view, true) };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/counts',
      role: 'viewer',
      summary: 'Counts deliveries by source and state.',
      handler: async () => ({ status: 200, body: Object.fromEntries(await reader.counts()) }),
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/retry',
      role: 'operator',
      summary: 'Tries a dead or scheduled delivery now.',
      handler: async (request) => {
        const id = readParam(request, 'id');
        await verbs.retry(id, readChange(request));
        return { status: 202, body: { id, state: 'queued' } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/discard',
      role: 'operator',
      summary: 'Takes a delivery out for good; its record stays.',
      handler: async (request) => {
        const id = readParam(request, 'id');
        await verbs.discard(id, readChange(request));
        return { status: 200, body: { id, state: 'discarded' } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/replay',
      role: 'operator',
      summary: 'Sends a delivery again as a new one, with its body edited if one is given.',
      handler: async (request) => {
        const original = readParam(request, 'id');
        const edited = isJsonObject(request.body) ? request.body['body'] : undefined;
        const id = await verbs.replay(original, {
          ...readChange(request),
          ...(edited === undefined
            ? {}
            : { body: typeof edited === 'string' ? edited : JSON.stringify(edited) }),
        });
        return { status: 202, body: { id, replay_of: original, state: 'queued' } };
      },
    },
  ];
}

async function find(reader: DeliveryReader, query: URLSearchParams): ReturnType<DeliveryReader['list']> {
  const jobId = query.get('job_id');
  if (jobId !== null) {
    const view = await reader.findByJobId(jobId);
    return { items: view === undefined ? [] : [view] };
  }
  const source = query.get('source') ?? undefined;
  const key = query.get('delivery_key');
  if (key !== null) {
    if (source === undefined)
      throw new Problem('bad_request', 400, 'To find by delivery_key, name the source too.');
    return { items: await reader.findByDeliveryKey(source, key) };
  }
  const state = readState(query);
  const cursor = query.get('cursor') ?? undefined;
  return reader.list({
    limit: readLimit(query),
    ...(source === undefined ? {} : { source }),
    ...(state === undefined ? {} : { state }),
    ...(cursor === undefined ? {} : { cursor }),
  });
}
