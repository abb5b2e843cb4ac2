import { createHash } from 'node:crypto';
import { isDeliveryId, routeOf, type DeliveryId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import type { AuditTrail } from './audit-trail.js';
import type { BulkItem, BulkResult, BulkStore } from './bulk-store.js';
import type { DeliveryVerbs } from './delivery-verbs.js';
import { deliveryIdPrefix } from './id-time.js';
import type { Bulk } from './read-bulk.js';

const EVERY_MS = 200;
/** Another process goes on when the one that runs an operation was not heard of for so long. */
const LEASE_MS = 5_000;
/** The most that is done at once after a pause, so that none is made up for in a flood. Milliseconds. */
const MADE_UP_MS = 1_000;

export interface BulkRunnerDeps {
  readonly store: BulkStore;
  readonly verbs: DeliveryVerbs;
  readonly audit: Pick<AuditTrail, 'link'>;
  readonly lease: (name: string, ms: number) => Promise<boolean>;
  /** Why the target of a source's route should be left alone now; `undefined` while it should not. */
  readonly held: (source: string, route: string) => Promise<string | undefined>;
  readonly now: () => number;
}

/**
 * Runs what was started, at its rate, in exactly one process at a time. A crash between an act and its record repeats
 * the act, which each verb bears: what was retried or discarded is in another state, and a replay has the same id again.
 */
export function startBulkRunner(deps: BulkRunnerDeps): { tick(): Promise<void>; close(): Promise<void> } {
  const { store, now } = deps;
  const last = new Map<string, number>();
  const stopping = new AbortController();

  const tick = async (): Promise<void> => {
    const running = await store.running();
    for (const id of last.keys()) if (!running.includes(id)) last.delete(id);
    for (const id of running) {
      if (stopping.signal.aborted || !(await deps.lease(`bulk-${id}`, LEASE_MS))) {
        last.delete(id);
        continue;
      }
      await runSome(id);
    }
  };

  /** As many as are due since the last time, whole ones; what is left of one stays for the next. */
  const runSome = async (id: string): Promise<void> => {
    const bulk = await store.show(id);
    if (bulk?.state !== 'running') return store.finish(id);
    const perMs = (bulk.rate ?? 1) / 1_000;
    const since = Math.max(last.get(id) ?? now() - 1 / perMs, now() - Math.max(MADE_UP_MS, 1 / perMs));
    const due = Math.floor((now() - since) * perMs + 1e-6);
    last.set(id, since + due / perMs);
    const leaseEnds = now() + LEASE_MS / 2;
    for (let i = 0; i < due && !stopping.signal.aborted && now() < leaseEnds; i += 1)
      if (!(await runOne(bulk))) return;
  };

  const runOne = async (bulk: Bulk): Promise<boolean> => {
    const item = await store.next(bulk.id);
    if (item === undefined) {
      await store.finish(bulk.id);
      return false;
    }
    const held =
      bulk.action === 'discard' || !isDeliveryId(item.id)
        ? undefined
        : await deps.held(item.source, routeOf(item.id));
    if (held !== undefined) {
      await store.wait(bulk.id, held);
      return false;
    }
    // Cancelled meanwhile: one more would be one too many
    if ((await store.show(bulk.id))?.state !== 'running') return false;
    if (bulk.auditId !== undefined) await deps.audit.link(bulk.auditId, item.id);
    return store.record(bulk.id, item, await act(deps.verbs, bulk, item));
  };

  let running = Promise.resolve();
  const timer = setInterval(() => {
    // A round that fails (Redis away) is made up for by the next
    running = running.then(() => (stopping.signal.aborted ? undefined : tick())).catch(() => undefined);
  }, EVERY_MS);
  return {
    tick,
    close: async () => {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}

async function act(verbs: DeliveryVerbs, bulk: Bulk, { id }: BulkItem): Promise<BulkResult> {
  const change = { by: bulk.runBy ?? bulk.by, reason: bulk.reason ?? '' };
  try {
    if (bulk.action === 'retry') await verbs.retry(id);
    if (bulk.action === 'discard') await verbs.discard(id, change);
    if (bulk.action !== 'replay') return { id, result: 'succeeded' };
    const as = replayIdOf(bulk, id);
    const newId = await verbs.replay(id, as === undefined ? change : { ...change, as });
    return { id, result: 'succeeded', newId };
  } catch (error) {
    // Moved on or gone since it was counted: nobody's fault. Anything else is Redis, and is tried again
    if (!(error instanceof Problem)) throw error;
    const skipped = error.code === 'conflict' || error.code === 'not_found';
    return { id, result: skipped ? 'skipped' : 'failed', detail: error.message };
  }
}

/** The same for the same delivery of the same operation, so that a replay that is repeated is still one. */
function replayIdOf({ id, startedAt = 0 }: Bulk, original: string): DeliveryId | undefined {
  if (!isDeliveryId(original)) return undefined;
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const digest = createHash('sha256').update(`${id} ${original}`).digest();
  const tail = [...digest.subarray(0, 16)].map((byte) => alphabet.charAt(byte & 31)).join('');
  const made = `${deliveryIdPrefix(startedAt)}${tail}_${routeOf(original)}`;
  return isDeliveryId(made) ? made : undefined;
}
