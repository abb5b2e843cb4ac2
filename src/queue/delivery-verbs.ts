import type { Delivery, DeliveryState } from '../model/delivery.js';
import { NO_PROGRESS } from '../model/delivery.js';
import type { Observe } from '../model/observation.js';
import { replayDeliveryId, type DeliveryId } from '../model/ids.js';
import { Problem } from '../model/problem.js';
import type { BullQueues } from './bull-queues.js';
import type { RedisClient } from './connect.js';
import type { DeliveryReader } from './delivery-reader.js';
import { acceptCall, RESEND_WINDOW_MS } from './accept-calls.js';
import { keptProgress } from './kept-delivery.js';
import { keysOf } from './keys.js';
import { defineScript, runScript } from './script.js';
import type { Seal } from './seal.js';

interface Change {
  readonly by: string;
  readonly reason: string;
}

/** Out of whichever list it waits in; a delivery that is being worked on or is delivered stays. */
const DISCARD = defineScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
local taken = redis.call('ZREM', KEYS[2], ARGV[1]) + redis.call('ZREM', KEYS[3], ARGV[1])
if taken == 0 then taken = redis.call('LREM', KEYS[4], 1, ARGV[1]) end
if taken == 0 then return 0 end
redis.call('HSET', KEYS[1], 'discardedBy', ARGV[2], 'discardedReason', ARGV[3], 'discardedAt', ARGV[4])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
redis.call('HINCRBY', KEYS[6], 'discarded', 1)
return 1
`);

/** Only while it is dead: whoever comes second, or after a worker has it again, must not write over its progress. */
const BEGIN_ANEW = defineScript(`
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'progress', ARGV[2], 'retriedAt', ARGV[3])
return 1
`);

export type DeliveryVerbs = ReturnType<typeof createDeliveryVerbs>;

/** What a person can do to a delivery. Each is one atomic step or a step of BullMQ's own, so that a worker may race. */
export function createDeliveryVerbs(deps: {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly queues: BullQueues;
  readonly reader: DeliveryReader;
  readonly seal: Seal;
  /** Told of every delivery that ends here, in the process whose verb ended it. */
  readonly observe: Observe;
  readonly now: () => number;
}) {
  const { client, prefix, queues, reader, seal, observe, now } = deps;

  return {
    /** Throws `Problem` not_found, or conflict where there is nothing to repeat. */
    async retry(id: string): Promise<void> {
      const { view, source } = await findReadable(id);
      if (view.state === 'scheduled') return unlessMoved(id, 'scheduled', () => queues.promote(source, id));
      if (view.state !== 'dead') throw notRepeatable(view.state);
      // Its tries begin anew; the timeline stays
      const progress = { ...view.progress, counted: NO_PROGRESS.counted };
      const { base, job } = keysOf(prefix, source);
      const args = [id, JSON.stringify(keptProgress(seal, id, progress)), now()];
      if ((await runScript(client, BEGIN_ANEW, [job(id), `${base}failed`], args)) === 0)
        throw notRepeatable((await find(id)).view.state);
      await unlessMoved(id, 'dead', () => queues.retryDead(source, id));
    },

    /** Throws `Problem` not_found, or conflict where it is active, delivered or discarded. */
    async discard(id: string, change: Change): Promise<void> {
      const { source, view } = await find(id);
      const { base, job, discarded, books } = keysOf(prefix, source);
      const keys = [job(id), `${base}delayed`, `${base}failed`, `${base}wait`, discarded, books];
      const done = await runScript(client, DISCARD, keys, [id, change.by, change.reason, now()]);
      if (done === -1) throw missing();
      if (done === 0)
        throw new Problem('conflict', 409, `A delivery that is ${view.state} cannot be discarded.`);
      const { id: deliveryId, receivedAt } = view.delivery;
      const durationMs = now() - receivedAt;
      observe({ kind: 'delivery-ended', deliveryId, source, state: 'discarded', durationMs });
    },

    /**
     * Answers the new delivery's id. With `as`, that is its id: the same replay asked for twice is one. Throws
     * `Problem` not_found.
     */
    async replay(
      id: string,
      change: Change & { readonly body?: string; readonly as?: DeliveryId },
    ): Promise<string> {
      const { view, source } = await findReadable(id);
      const { delivery } = view;
      const keys = keysOf(prefix, source);
      const at = now();
      const again: Delivery = {
        ...delivery,
        id: change.as ?? replayDeliveryId(delivery.route, at),
        body: change.body ?? delivery.body,
        replay: {
          of: delivery.id,
          by: change.by,
          reason: change.reason,
          at,
          edited: change.body !== undefined,
        },
      };
      const { script, ...call } = acceptCall(
        keys,
        'replayed',
        [
          {
            claim: keys.claim(`replay:${again.id}`),
            lifetimeMs: RESEND_WINDOW_MS,
            value: again.id,
            id: again.id,
            deliveries: [again],
          },
        ],
        seal,
      );
      await runScript(client, script, call.keys, call.args);
      return again.id;
    },
  };

  /** What fails because somebody else was faster is a conflict, and no fault. */
  async function unlessMoved(id: string, from: DeliveryState, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const { view } = await find(id);
      if (view.state === from) throw error;
      throw notRepeatable(view.state);
    }
  }

  /** Nothing is made of a record that is not whole. */
  async function findReadable(id: string): ReturnType<typeof find> {
    const found = await find(id);
    if (found.view.unreadable === undefined) return found;
    throw new Problem('conflict', 409, `This delivery cannot be read: ${found.view.unreadable}.`);
  }

  async function find(
    id: string,
  ): Promise<{ view: NonNullable<Awaited<ReturnType<DeliveryReader['show']>>>; source: string }> {
    const view = await reader.show(id);
    if (view === undefined) throw missing();
    return { view, source: view.delivery.source };
  }
}

function notRepeatable(state: DeliveryState): Problem {
  return new Problem('conflict', 409, `A delivery that is ${state} cannot be retried; replay it instead.`);
}

function missing(): Problem {
  return new Problem('not_found', 404, 'There is no delivery of this id, or its retention is over.');
}
