import type { AdminRoute } from './admin-route.js';
import { ANYTHING, describe, mapOf } from './json-schema.js';
import { onlyParameters } from './read-input.js';

/** The bridge itself. `read` answers plain facts, without any secret. */
export function systemRoutes(read: () => Promise<Readonly<Record<string, unknown>>>): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/system',
      role: 'viewer',
      summary:
        'Shows versions, workers, Redis and its durability, the spool and the effective configuration.',
      doc: {
        answer: describe(mapOf(ANYTHING), 'Secrets in config stand as ***; origins is by JSON pointer.'),
      },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, body: await read() };
      },
    },
  ];
}
