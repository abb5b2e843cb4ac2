import type { DeliveryState } from '../../model/delivery.js';
import type { Problem } from '../../model/problem.js';
import { FILTERS, readFilters, type Filters } from './delivery-filter.js';
import type { BulkAction, BulkItem, Search } from './ports.js';
import { badRequest, onlyFields } from './read-input.js';

/** What can be done to a delivery in which state. */
const APPLIES_TO: Readonly<Record<BulkAction, readonly DeliveryState[]>> = {
  retry: ['dead', 'scheduled'],
  discard: ['dead', 'scheduled', 'queued'],
  replay: ['dead', 'delivered', 'discarded'],
};
/** What was delivered or discarded is sent again only where that was said in so many words. */
const UNASKED: Readonly<Record<BulkAction, readonly DeliveryState[]>> = {
  ...APPLIES_TO,
  replay: ['dead'],
};
const MOST = 100_000;
/** Records that a plan looks at: minutes of work beyond that. */
const SCANNED = 500_000;
const PAGE = 2_000;

export interface BulkWish {
  readonly action: BulkAction;
  readonly filter: Filters;
  readonly all: boolean;
}

/** Throws `Problem` bad_request, also for an empty filter without `all: true`. */
export function readBulkWish(body: unknown): BulkWish {
  const { action, filter = {}, all = false } = onlyFields(body, ['action', 'filter', 'all']);
  if (action !== 'retry' && action !== 'discard' && action !== 'replay')
    throw badRequest('action must be retry, discard or replay.');
  if (typeof all !== 'boolean') throw badRequest('all must be true or false.');
  const read: Record<string, string> = {};
  const given = onlyFields(filter, Object.keys(FILTERS));
  // In one order, however it was asked: the same wish is kept as the same text
  for (const name of Object.keys(FILTERS)) {
    const value = given[name] ?? '';
    if (typeof value !== 'string') throw badRequest(`The filter ${name} must be text.`);
    if (value.trim() !== '') read[name] = value;
  }
  if (Object.keys(read).length === 0 && !all)
    throw badRequest('The filter is empty, which means every delivery. If that is meant, say "all": true.');
  if (Object.keys(read).length > 0 && all) throw badRequest('Give a filter or "all": true, not both.');
  readFilters(read);
  return { action, filter: read, all };
}

/** Exactly the deliveries that the wish is about at this moment, each once. Throws `Problem` bad_request where they are too many. */
export async function findBulkItems(
  search: Search,
  { action, filter }: BulkWish,
): Promise<readonly BulkItem[]> {
  const query = readFilters(filter);
  const states = statesOf(action, filter);
  const items = new Map<string, BulkItem>();
  let scanned = 0;
  for (const state of states) {
    let cursor: string | undefined;
    do {
      const page = await search({
        ...query,
        state,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      scanned += page.scanned;
      for (const { delivery } of page.items)
        items.set(delivery.id, { source: delivery.source, id: delivery.id });
      if (items.size > MOST || scanned > SCANNED) throw tooMany();
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return [...items.values()];
}

function statesOf(action: BulkAction, filter: Filters): readonly DeliveryState[] {
  const { state, outcome } = filter;
  if (state === undefined) {
    // Only what was delivered has a job
    if (outcome !== undefined) return APPLIES_TO[action].filter((each) => each === 'delivered');
    return UNASKED[action];
  }
  const found = APPLIES_TO[action].find((each) => each === state);
  if (found === undefined)
    throw badRequest(
      `${action} is for deliveries that are ${APPLIES_TO[action].join(' or ')}, not ${state}.`,
    );
  return [found];
}

function tooMany(): Problem {
  return badRequest(
    `These are more than ${MOST}, or too many to look through; narrow them by source or time.`,
  );
}
