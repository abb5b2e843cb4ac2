import type { DeliveryView } from '../../model/delivery.js';
import { filtersOf, readFilters, type FilterQuery } from './delivery-filter.js';
import type { DeliveryReader, Search, SearchPage } from './ports.js';
import { readLimit } from './read-input.js';

export interface FindDeps {
  readonly reader: Pick<DeliveryReader, 'findByJobId' | 'findByDeliveryKey'>;
  readonly search: Search;
  readonly sources: () => readonly string[];
}

/**
 * One page of what a query asks for. A `job_id`, or a delivery key while its window lasts, is looked up; whatever
 * else no index knows is searched for, a bounded number of records a page.
 */
export async function findDeliveries(deps: FindDeps, query: URLSearchParams): Promise<SearchPage> {
  const filters = filtersOf(query);
  const wanted = readFilters(filters);
  const limit = readLimit(query);
  const cursor = query.get('cursor') ?? undefined;
  if (cursor === undefined) {
    const found = await lookUp(deps, filters['job_id'], filters['delivery_key'], wanted.source);
    const items = found.filter((view) => fits(view, wanted));
    if (found.length > 0 && items.length <= limit) return { items, scanned: found.length, complete: true };
  }
  // An index of job ids is kept as long as its deliveries: what it does not know is not there
  if (filters['job_id'] !== undefined) return { items: [], scanned: 0, complete: true };
  return deps.search({ ...wanted, limit, ...(cursor === undefined ? {} : { cursor }) });
}

async function lookUp(
  { reader, sources }: FindDeps,
  jobId: string | undefined,
  key: string | undefined,
  source: string | undefined,
): Promise<readonly DeliveryView[]> {
  if (jobId !== undefined) {
    const view = await reader.findByJobId(jobId);
    return view === undefined ? [] : [view];
  }
  if (key === undefined) return [];
  const names = sources().filter((name) => source === undefined || name === source);
  return (await Promise.all(names.map((name) => reader.findByDeliveryKey(name, key)))).flat();
}

function fits(view: DeliveryView, { source, state, from, to, matches }: FilterQuery): boolean {
  const { delivery } = view;
  const at = delivery.replay?.at ?? delivery.receivedAt;
  return (
    (source === undefined || delivery.source === source) &&
    (state === undefined || view.state === state) &&
    (from === undefined || at >= from) &&
    (to === undefined || at < to) &&
    matches(view)
  );
}
