import type { AdminRoute } from './admin-route.js';
import { TEXT } from './json-schema.js';
import type { AuditTrail } from './ports.js';
import { onlyParameters, readLimit } from './read-input.js';
import { pageOf } from './schemas.js';
import { showAudit } from './show-audit.js';

const PARAMETERS = { limit: { type: 'integer', minimum: 1, maximum: 200 }, cursor: TEXT } as const;

/** Who changed what, and why. */
export function auditRoutes(audit: Pick<AuditTrail, 'list'>): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/audit',
      role: 'viewer',
      summary: 'Lists every change, newest first: who, when, what, why.',
      doc: { query: PARAMETERS, answer: pageOf('AuditEntry') },
      handler: async ({ query }) => {
        onlyParameters(query, Object.keys(PARAMETERS));
        const cursor = query.get('cursor');
        const page = await audit.list({ limit: readLimit(query), ...(cursor === null ? {} : { cursor }) });
        return {
          status: 200,
          body: { items: page.items.map(showAudit), next_cursor: page.cursor ?? null },
        };
      },
    },
  ];
}
