import { listAddress, type Filter } from './delivery-query.js';
import { listAt, textAt } from './fields.js';
import type { Page, PageRequest } from './page.js';
import type { ConsoleSource } from './ports.js';

/** One field for whatever somebody has in hand: an id of ours, a Komand job_id, a delivery key, or text. */
export function findPage(sources: () => readonly ConsoleSource[]): Page {
  return {
    method: 'GET',
    path: '/find',
    handler: async (request) => {
      const wanted = (request.query.get('q') ?? '').trim();
      return { redirect: wanted === '' ? '/deliveries' : await place(wanted, request, sources()) };
    },
  };
}

async function place(
  wanted: string,
  { call }: PageRequest,
  sources: readonly ConsoleSource[],
): Promise<string> {
  if (wanted.startsWith('dlv_')) return `/deliveries/${encodeURIComponent(wanted)}`;
  if (wanted.startsWith('req_')) return `/rejected/${encodeURIComponent(wanted)}`;
  const first = async (
    filter: Filter,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string | undefined> => {
    const query = new URLSearchParams({ [filter]: wanted, ...more });
    const items = listAt(await call('GET /api/v1/deliveries', { query }), 'items');
    if (items.length === 0) return undefined;
    const id = textAt(items[0], 'id') ?? '';
    return items.length === 1
      ? `/deliveries/${encodeURIComponent(id)}`
      : listAddress(new Map([[filter, wanted]]), more);
  };
  const byJob = await first('job_id');
  if (byJob !== undefined) return byJob;
  for (const { name } of sources) {
    const byKey = await first('delivery_key', { source: name });
    if (byKey !== undefined) return byKey;
  }
  return listAddress(new Map([['text', wanted]]));
}
