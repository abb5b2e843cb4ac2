import { openQueues, type BullQueues } from '../../src/queue/bull-queues.js';
import { openRedis, type RedisClient, type RedisConnections } from '../../src/queue/connect.js';
import { createDeliveryReader, type DeliveryReader } from '../../src/queue/delivery-reader.js';
import { createDeliveryVerbs, type DeliveryVerbs } from '../../src/queue/delivery-verbs.js';
import { createEventStore, type EventStore } from '../../src/queue/event-store.js';
import type { RedisSettings } from '../../src/model/settings.js';
import { waitUntil } from './wait-until.js';
import type { Seal } from '../../src/queue/seal.js';
import { NO_SEAL } from './seals.js';

export interface TestStore {
  readonly connections: RedisConnections;
  readonly client: RedisClient;
  readonly events: EventStore;
  readonly queues: BullQueues;
  readonly reader: DeliveryReader;
  readonly verbs: DeliveryVerbs;
  close(): Promise<void>;
}

export const PREFIX = 'test';

/** What a role opens on Redis, joined as the program joins it; waits until it is connected. */
export async function openTestStore(
  settings: Partial<RedisSettings> & { readonly url: string },
  sources: readonly string[] = ['alerts'],
  now: () => number = Date.now,
  seal: Seal = NO_SEAL,
): Promise<TestStore> {
  const connections = openRedis({ mode: 'single', nodes: [], prefix: PREFIX, ...settings }, () => undefined);
  const client = connections.quick;
  const queues = openQueues(connections.patient, PREFIX, sources);
  const reader = createDeliveryReader({ client, prefix: PREFIX, sources: () => sources, seal });
  await waitUntil('the connection', () => client.status === 'ready');
  return {
    connections,
    client,
    queues,
    reader,
    events: createEventStore(client, PREFIX, seal),
    verbs: createDeliveryVerbs({
      client,
      prefix: PREFIX,
      queues,
      reader,
      seal,
      observe: () => undefined,
      now,
    }),
    close: async () => {
      await queues.close();
      await connections.close();
    },
  };
}
