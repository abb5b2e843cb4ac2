import type { AuditTrail } from './queue/audit-trail.js';
import { startBulkRunner } from './queue/bulk-runner.js';
import { createBulkStore, type BulkStore } from './queue/bulk-store.js';
import type { DeliveryVerbs } from './queue/delivery-verbs.js';
import type { Shared } from './shared.js';
import { readTargetStates } from './worker-status.js';

/** Operations that ended are kept for so long. Milliseconds. */
const KEPT_MS = 7 * 86_400_000;
/** Operations on many deliveries; this process runs those that no other runs. */
export function openBulk(
  shared: Shared,
  { audit, verbs }: { readonly audit: Pick<AuditTrail, 'link'>; readonly verbs: DeliveryVerbs },
): BulkStore {
  const { closers, now, store } = shared;
  const bulk = createBulkStore({
    client: store.connections.quick,
    prefix: store.prefix,
    retentionMs: () => KEPT_MS,
    now,
  });
  const runner = startBulkRunner({
    store: bulk,
    verbs,
    audit,
    lease: store.lease,
    held: createHeld(shared),
    now,
  });
  closers.push('bulk operations', () => runner.close());
  return bulk;
}

/** Nothing is thrown at a target that is away: it would only come back to where it was. Asked anew for each delivery. */
function createHeld(shared: Shared): (source: string, route: string) => Promise<string | undefined> {
  return async (source, route) => {
    const routes = shared.inForce().sources.get(source)?.routes ?? [];
    const target = routes.find(({ name }) => name === route)?.target;
    if (target === undefined) return undefined;
    const circuit = (await readTargetStates(shared)).get(target)?.circuit;
    if (circuit === undefined || circuit.state === 'closed') return undefined;
    return `${target} is away: ${circuit.reason ?? 'its circuit is open'}`;
  };
}
