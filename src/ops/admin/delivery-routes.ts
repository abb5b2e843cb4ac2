import { Problem } from '../../model/problem.js';
import type { AdminRoute } from './admin-route.js';
import { curlText } from './curl-text.js';
import { jobIdsOf } from './delivery-filter.js';
import { ANYTHING, describe, shape, TEXT, words } from './json-schema.js';
import type { AuditTrail, DeliveryReader, DeliveryVerbs, Preview } from './ports.js';
import { badRequest, onlyFields, readChange, readParam } from './read-input.js';
import { replayVerdictOf } from './replay-verdict.js';
import { REASON, ref } from './schemas.js';
import { showAudit } from './show-audit.js';
import { showWhole } from './show-delivery.js';

/** The verbs on one delivery. */
export function deliveryRoutes(deps: {
  readonly reader: Pick<DeliveryReader, 'show'>;
  readonly verbs: DeliveryVerbs;
  readonly preview: Preview;
  readonly audit: Pick<AuditTrail, 'of'>;
}): readonly AdminRoute[] {
  const { reader, verbs, preview, audit } = deps;
  return [
    {
      method: 'GET',
      path: '/api/v1/deliveries/:id',
      role: 'viewer',
      summary: 'Shows one delivery: timeline, body, what is sent, whether a replay is safe, who did what.',
      doc: { answer: ref('WholeDelivery') },
      handler: async (request) => {
        const view = await reader.show(readParam(request, 'id'));
        if (view === undefined) throw missing();
        const { delivery } = view;
        const [mapped, trail] = await Promise.all([preview.map(delivery), audit.of(delivery.id)]);
        const body = {
          ...showWhole(view),
          job_ids: jobIdsOf(view),
          mapped,
          replay_verdict: replayVerdictOf(view),
          curl: curlText(preview.hookUrl(delivery.source), delivery),
          audit: trail.map(showAudit),
        };
        return { status: 200, body };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/retry',
      role: 'operator',
      summary: 'Tries a dead or scheduled delivery now.',
      doc: { body: REASON, status: 202, answer: shape({ id: TEXT, state: words('queued') }) },
      handler: async (request) => {
        const id = readParam(request, 'id');
        onlyFields(request.body, ['reason']);
        await verbs.retry(id, readChange(request));
        return { status: 202, body: { id, state: 'queued' } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/discard',
      role: 'operator',
      summary: 'Takes a delivery out for good; its record stays.',
      doc: { body: REASON, answer: shape({ id: TEXT, state: words('discarded') }) },
      handler: async (request) => {
        const id = readParam(request, 'id');
        onlyFields(request.body, ['reason']);
        await verbs.discard(id, readChange(request));
        return { status: 200, body: { id, state: 'discarded' } };
      },
    },
    {
      method: 'POST',
      path: '/api/v1/deliveries/:id/replay',
      role: 'operator',
      summary:
        'Sends a delivery again as a new one, with its body edited if one is given; the original stays.',
      doc: {
        body: {
          ...REASON,
          properties: {
            ...REASON.properties,
            body: describe(ANYTHING, 'The edited body: its JSON text, or JSON. Text keeps every digit.'),
          },
        },
        status: 202,
        answer: shape({ id: TEXT, replay_of: TEXT, state: words('queued') }),
      },
      handler: async (request) => {
        const original = readParam(request, 'id');
        const { body: given } = onlyFields(request.body, ['reason', 'body']);
        const change = readChange(request);
        const edited = given === undefined || typeof given === 'string' ? given : JSON.stringify(given);
        if (edited !== undefined) {
          const view = await reader.show(original);
          if (view === undefined) throw missing();
          if (edited.trim() === '') throw badRequest('The edited body is empty.');
          preview.check(view.delivery.source, edited);
        }
        const id = await verbs.replay(original, {
          ...change,
          ...(edited === undefined ? {} : { body: edited }),
        });
        return { status: 202, body: { id, replay_of: original, state: 'queued' } };
      },
    },
  ];
}

function missing(): Problem {
  return new Problem('not_found', 404, 'There is no delivery of this id, or its retention is over.');
}
