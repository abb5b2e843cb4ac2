import { Problem } from '../../model/problem.js';
import type { RejectedRequest } from '../../model/arrival.js';
import type { AdminRoute } from './admin-route.js';
import { describe, listOf, shape, TEXT, words } from './json-schema.js';
import type { AuditTrail, RejectedReader, RejectedVerbs } from './ports.js';
import { onlyFields, onlyParameters, readChange, readLimit, readParam } from './read-input.js';
import { pageOf, REASON, ref, SEARCHED } from './schemas.js';
import { showAudit } from './show-audit.js';

const LIST = {
  source: TEXT,
  cause: describe(TEXT, 'Exactly, e.g. wrong_secret, stale or schema_mismatch.'),
  limit: { type: 'integer', minimum: 1, maximum: 200 },
  cursor: TEXT,
} as const;

/** The verbs on rejected requests. */
export function rejectedRoutes(
  reader: RejectedReader,
  verbs: RejectedVerbs,
  audit: Pick<AuditTrail, 'of'>,
): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/rejected',
      role: 'viewer',
      summary: 'Lists rejected requests, newest first, with the cause of each.',
      doc: { query: LIST, answer: pageOf('Rejected', SEARCHED) },
      handler: async ({ query }) => {
        onlyParameters(query, Object.keys(LIST));
        const [source, cause, cursor] = ['source', 'cause', 'cursor'].map(
          (name) => query.get(name) ?? undefined,
        );
        const found = await reader.list({
          limit: readLimit(query),
          ...(source === undefined ? {} : { source }),
          ...(cause === undefined ? {} : { cause }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const { scanned, complete } = found;
        const items = found.items.map(show);
        return { status: 200, body: { items, next_cursor: found.cursor ?? null, scanned, complete } };
      },
    },
    {
      method: 'GET',
      path: '/api/v1/rejected/:id',
      role: 'viewer',
      summary: 'Shows one rejected request; its body where it is quarantined.',
      doc: { answer: ref('Rejected') },
      handler: async (request) => {
        const found = await reader.show(readParam(request, 'id'));
        if (found === undefined)
          throw new Problem('not_found', 404, 'There is no rejected request of this id.');
        const trail = (await audit.of(found.id)).map(showAudit);
        return { status: 200, body: { ...show(found), ...kept(found), audit: trail } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/rejected/:id/release',
      role: 'operator',
      summary: 'Sends a quarantined body through the present schema and routes.',
      doc: {
        body: REASON,
        status: 202,
        answer: shape({ event_id: TEXT, status: TEXT, deliveries: listOf(TEXT) }),
      },
      handler: async (request) => {
        onlyFields(request.body, ['reason']);
        const { eventId, status, deliveries } = await verbs.release(
          readParam(request, 'id'),
          readChange(request),
        );
        return { status: 202, body: { event_id: eventId, status, deliveries } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/rejected/:id/discard',
      role: 'operator',
      summary: 'Removes a rejected request.',
      doc: { body: REASON, answer: shape({ id: TEXT, state: words('discarded') }) },
      handler: async (request) => {
        const id = readParam(request, 'id');
        onlyFields(request.body, ['reason']);
        await verbs.discard(id, readChange(request));
        return { status: 200, body: { id, state: 'discarded' } };
      },
    },
  ];
}

function show(item: RejectedRequest): Record<string, unknown> {
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
  };
}

function kept({ quarantined }: RejectedRequest): Record<string, unknown> {
  return quarantined === undefined
    ? {}
    : { body: quarantined.body, delivery_key: quarantined.deliveryKey ?? null };
}
