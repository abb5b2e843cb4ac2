import { isJsonObject } from './model/json.js';
import type { Observe } from './model/observation.js';
import { createLiveTail, type LiveTail } from './ops/admin/live-tail.js';
import { toLive } from './ops/admin/to-live.js';
import { createLiveChannel, type LiveChannel } from './queue/live-channel.js';
import type { Shared } from './shared.js';

/** The live tail of this process, in which the others are seen as well while somebody follows. */
export function openTail(shared: Shared): LiveTail {
  const { closers, instance, watchers } = shared;
  const channel = openChannel(shared, (message) => {
    const heard: unknown = JSON.parse(message);
    if (!isJsonObject(heard) || heard['from'] === instance || typeof heard['kind'] !== 'string') return;
    tail.show(heard['kind'], heard['data']);
  });
  const tail = createLiveTail({ followed: (on) => channel.listen(on) });
  watchers.add(tail.observe);
  closers.push('live tail', async () => {
    watchers.delete(tail.observe);
    tail.close();
  });
  return tail;
}

/** For a process without a listener for people: what it sees is shown by those that have one. */
export function tellOthers(shared: Shared): void {
  openChannel(shared, () => undefined);
}

function openChannel(
  { closers, instance, store, watchers }: Shared,
  heard: (message: string) => void,
): LiveChannel {
  const { connections, prefix } = store;
  const channel = createLiveChannel({
    client: connections.quick,
    subscribing: connections.patient,
    prefix,
    heard,
  });
  const tell: Observe = (seen) =>
    channel.tell(() => JSON.stringify({ from: instance, kind: seen.kind, data: toLive(seen) }));
  watchers.add(tell);
  closers.push('live channel', async () => {
    watchers.delete(tell);
    await channel.close();
  });
  return channel;
}
