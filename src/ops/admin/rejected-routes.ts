import { Problem } from '../../model/problem.js';
import type { RejectedRequest } from '../../model/arrival.js';
import type { AdminRoute } from './admin-route.js';
import type { RejectedReader, RejectedVerbs } from './ports.js';
import { onlyParameters, readChange, readLimit, readParam } from './read-input.js';

/** The verbs on rejected requests. */
export function rejectedRoutes(reader: RejectedReader, verbs: RejectedVerbs): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/rejected',
      role: 'viewer',
      summary: 'Lists rejected requests, newest first, with the cause of each.',
      handler: async ({ query }) => {
        onlyParameters(query, ['source', 'limit', 'cursor']);
        const source = query.get('source') ?? undefined;
        const cursor = query.get('cursor') ?? undefined;
        const found = await reader.list({
          limit: readLimit(query),
          ...(source === undefined ? {} : { source }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        return {
          status: 200,
          body: { items: found.items.map((item) => show(item, false)), next_cursor: found.cursor ?? null },
        };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/rejected/:id',
      role: 'viewer',
      summary: 'Shows one rejected request; its body where it is quarantined.',
      handler: async (request) => {
        const found = await reader.show(readParam(request, 'id'));
        if (found === undefined)
          throw new Problem('not_found', 404, 'There is no rejected request of this id.');
        return { status: 200, body: show(found, true) };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/rejected/:id/release',
      role: 'operator',
      summary: 'Sends a quarantined body through the present schema and routes.',
      handler: async (request) => ({
        status: 202,
        body: await verbs.release(readParam(request, 'id'), readChange(request)),
      }),
    },
    {
      method: 'POST',
      path: '/api/v1/rejected/:id/discard',
      role: 'operator',
      summary: 'Removes a rejected request.',
      handler: async (request) => {
        const id = readParam(request, 'id');
        await verbs.discard(id, readChange(request));
        return { status: 200, body: { id, state: 'discarded' } };
      },
    },
  ];
}

function show(item: RejectedRequest, withBody: boolean): Record<string, unknown> {
  return {
    id: item.id,
    source: item.source,
    at: new Date(item.at).toISOString(),
    status: item.status,
    code: item.code,
    cause: item.cause,
    detail: item.detail,
    errors: item.errors,
    remote_address: item.remoteAddress,
    headers: item.headers,
    body_bytes: item.bodyBytes,
    body_sha256: item.bodyHash,
    quarantined: item.quarantined !== undefined,
    ...(withBody && item.quarantined !== undefined
      ? { body: item.quarantined.body, delivery_key: item.quarantined.deliveryKey ?? null }
      : {}),
  };
}
