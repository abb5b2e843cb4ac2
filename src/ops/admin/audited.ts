import { Problem } from '../../model/problem.js';
import type { AuditTrail, Change, DeliveryVerbs, RejectedVerbs } from './ports.js';

/** Makes a change only once it is written down who makes it and why; one that is refused then is written down as that. */
export type Audited = <T>(action: string, id: string, change: Change, make: () => Promise<T>) => Promise<T>;

export function createAudited(audit: Pick<AuditTrail, 'write'>): Audited {
  return async (action, id, { by, reason }, make) => {
    const entry = { by, reason, action, ids: [id] };
    await audit.write(entry);
    try {
      return await make();
    } catch (error) {
      const detail = error instanceof Problem ? error.message : 'it failed inside the bridge';
      // The change failed for a reason of its own, which is what must be told
      await audit.write({ ...entry, action: `${action}.refused`, detail }).catch(() => undefined);
      throw error;
    }
  };
}

/** Each verb looks first whether the thing is there: what does not exist leaves no trace. */
export function auditedDeliveries(
  verbs: DeliveryVerbs,
  audited: Audited,
  mustExist: (id: string) => Promise<void>,
): DeliveryVerbs {
  const after = async <T>(action: string, id: string, change: Change, make: () => Promise<T>): Promise<T> => {
    await mustExist(id);
    return audited(action, id, change, make);
  };
  return {
    retry: (id, change) => after('delivery.retry', id, change, () => verbs.retry(id, change)),
    discard: (id, change) => after('delivery.discard', id, change, () => verbs.discard(id, change)),
    replay: (id, change) =>
      after(change.body === undefined ? 'delivery.replay' : 'delivery.replay-edited', id, change, () =>
        verbs.replay(id, change),
      ),
  };
}

/** As `auditedDeliveries`. */
export function auditedRejected(
  verbs: RejectedVerbs,
  audited: Audited,
  mustExist: (id: string) => Promise<void>,
): RejectedVerbs {
  return {
    release: async (id, change) => {
      await mustExist(id);
      return audited('rejected.release', id, change, () => verbs.release(id, change));
    },
    discard: async (id, change) => {
      await mustExist(id);
      return audited('rejected.discard', id, change, () => verbs.discard(id, change));
    },
  };
}
