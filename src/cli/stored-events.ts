import { isEventId } from '../model/ids.js';
import { entriesAt, listAt, textAt, timeAt } from '../ops/console/fields.js';
import { segment } from './api-command.js';
import type { ApiClient } from './api-client.js';
import type { StoredEvent } from './judge-event.js';

const PAGE = 200;
/** Requests under way at once: this looks over the shoulder of a bridge that has work to do. */
const AT_ONCE = 8;

/**
 * The last `count` events that have deliveries, newest first, each once. An edited replay counts as its original, which it
 * shares the event with. `onRead` is told after each.
 */
export async function readStoredEvents(
  api: ApiClient,
  count: number,
  source: string | undefined,
  onRead: (done: number) => void,
): Promise<readonly StoredEvent[]> {
  const ids = await newestDeliveries(api, count, source);
  const found: (StoredEvent | undefined)[] = [];
  let done = 0;
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE).map(async (id) => {
      const event = toEvent(await api.get(`/api/v1/deliveries/${segment(id)}`));
      done += 1;
      onRead(done);
      return event;
    });
    found.push(...(await Promise.all(some)));
  }
  return found.filter((event) => event !== undefined);
}

/** One delivery of each event. */
async function newestDeliveries(
  api: ApiClient,
  count: number,
  source: string | undefined,
): Promise<readonly string[]> {
  const byEvent = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const page = await api.get('/api/v1/deliveries', {
      source,
      cursor,
      limit: String(Math.min(PAGE, count)),
    });
    for (const item of listAt(page, 'items')) {
      const [id, event] = [textAt(item, 'id'), textAt(item, 'event_id')];
      const original = textAt(item, 'replay_of') === undefined;
      if (id === undefined || event === undefined || !original || byEvent.has(event)) continue;
      if (byEvent.size < count) byEvent.set(event, id);
    }
    cursor = textAt(page, 'next_cursor');
  } while (cursor !== undefined && byEvent.size < count);
  return [...byEvent.values()];
}

function toEvent(item: unknown): StoredEvent | undefined {
  const [id, source, body] = [textAt(item, 'event_id'), textAt(item, 'source'), textAt(item, 'body')];
  if (id === undefined || !isEventId(id) || source === undefined || body === undefined) return undefined;
  const headers = Object.fromEntries(
    entriesAt(item, 'headers').flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return { id, source, body, headers, receivedAt: timeAt(item, 'received_at') ?? 0 };
}
