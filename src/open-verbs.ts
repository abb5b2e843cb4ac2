import type { Beside } from './beside.js';
import { createRelease } from './intake/release.js';
import { Problem } from './model/problem.js';
import { auditRoutes } from './ops/admin/audit-routes.js';
import { bulkRoutes } from './ops/admin/bulk-routes.js';
import { auditedDeliveries, auditedRejected, createAudited } from './ops/admin/audited.js';
import type { AdminRoute } from './ops/admin/admin-route.js';
import { causeOf } from './ops/admin/dead-cause.js';
import { eventRoutes } from './ops/admin/event-routes.js';
import { deliveryListRoutes } from './ops/admin/delivery-list-routes.js';
import { deliveryRoutes } from './ops/admin/delivery-routes.js';
import { openApiRoute } from './ops/admin/open-api.js';
import { rejectedRoutes } from './ops/admin/rejected-routes.js';
import { sourceRoutes } from './ops/admin/source-routes.js';
import { systemRoutes } from './ops/admin/system-routes.js';
import { targetRoutes } from './ops/admin/target-routes.js';
import { rememberReload } from './last-reload.js';
import { createPreview } from './preview.js';
import { openBulk } from './open-bulk.js';
import { openTail } from './open-tail.js';
import { createAuditTrail } from './queue/audit-trail.js';
import { createDeadGroups } from './queue/dead-groups.js';
import { createDeliverySearch } from './queue/delivery-search.js';
import { createDeliveryVerbs } from './queue/delivery-verbs.js';
import { createEventStore } from './queue/event-store.js';
import { searchRejected } from './queue/rejected-search.js';
import { readSystem } from './read-system.js';
import type { Shared } from './shared.js';
import { createSourcePort } from './source-port.js';
import { createTargetPort } from './target-port.js';

/** Every verb of the operations API over this process's store. */
export function openVerbs(shared: Shared, beside: Beside): readonly AdminRoute[] {
  const { observe, store, inForce, now, version } = shared;
  const { connections, prefix, queues, reader, rejected, seal, sourceNames: sources } = store;
  const client = connections.quick;
  const audit = createAuditTrail({
    client,
    prefix,
    retentionMs: () => {
      const kept = inForce().config.retention;
      return Math.max(kept.delivered, kept.dead, kept.rejected);
    },
    now,
  });
  const audited = createAudited(audit);
  const verbs = createDeliveryVerbs({ client, prefix, queues, reader, seal, observe, now });
  const release = createRelease({
    sources: () => inForce().sources,
    store: createEventStore(client, prefix, seal),
    quarantine: rejected,
    observe,
  });
  const preview = createPreview({
    sources: () => inForce().sources,
    doorUrl: () => {
      const { host, port } = inForce().config.http;
      return beside.ingress()?.url ?? `http://${host}:${port}`;
    },
  });
  const search = createDeliverySearch({ client, prefix, reader, sources });
  const tail = openTail(shared);
  const lastReload = rememberReload(shared);
  const routes = [
    ...deliveryListRoutes({
      reader,
      sources,
      search,
      deadGroups: createDeadGroups({ client, prefix, reader, sources, causeOf }),
    }),
    ...deliveryRoutes({
      reader,
      preview,
      audit,
      verbs: auditedDeliveries(verbs, audited, async (id) => {
        if ((await reader.show(id)) === undefined)
          throw new Problem('not_found', 404, 'There is no delivery of this id, or its retention is over.');
      }),
    }),
    ...rejectedRoutes(
      { show: rejected.show, list: (query) => searchRejected(rejected, query) },
      auditedRejected(
        {
          release: (id) => release(id),
          discard: async (id) => {
            const found = await rejected.show(id);
            if (found !== undefined) await rejected.remove(found);
          },
        },
        audited,
        async (id) => {
          if ((await rejected.show(id)) === undefined)
            throw new Problem('not_found', 404, 'There is no rejected request of this id.');
        },
      ),
      audit,
    ),
    ...bulkRoutes({ store: openBulk(shared, { audit, verbs }), search, reader, audit }),
    ...auditRoutes(audit),
    ...eventRoutes(tail),
    ...sourceRoutes(createSourcePort(shared), audited),
    ...targetRoutes(createTargetPort(shared, beside), reader),
    ...systemRoutes(() => readSystem(shared, beside, lastReload())),
  ];
  return [...routes, openApiRoute(routes, version)];
}
