import type { AdminRoute } from './admin-route.js';
import { TEXT } from './json-schema.js';
import type { LiveTail } from './live-tail.js';
import { onlyParameters } from './read-input.js';

/** The live tail by server-sent events. */
export function eventRoutes(tail: Pick<LiveTail, 'follow'>): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/events',
      role: 'viewer',
      summary: 'Follows requests, attempts and outcomes as they happen (server-sent events).',
      doc: { answer: TEXT, contentType: 'text/event-stream' },
      handler: async ({ query }) => {
        onlyParameters(query, []);
        return { status: 200, contentType: 'text/event-stream; charset=utf-8', stream: tail.follow() };
      },
    },
  ];
}
