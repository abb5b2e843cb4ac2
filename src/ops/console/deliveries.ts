import { Problem } from '../../model/problem.js';
import { filterForm, stateTabs } from './delivery-filters.js';
import { listAddress, readFilters, type Filter } from './delivery-query.js';
import { deliveryTable } from './delivery-table.js';
import { at, entriesAt, listAt, numberAt, textAt } from './fields.js';
import { flash } from './flash.js';
import { count } from './format.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';
import { hidden } from './layout.js';
import { emptyState, errorState, noMatchState } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import type { ConsoleSource } from './ports.js';
import { selectionForm } from './selection.js';

const PAGE_SIZE = '50';

/** The list of deliveries. Its address is its whole state. */
export function deliveriesPage(sources: () => readonly ConsoleSource[]): Page {
  return {
    method: 'GET',
    path: '/deliveries',
    handler: async (request) => {
      const filters = readFilters(request.query);
      const counts = await request.call('GET /api/v1/counts').then(
        (answer) => countsOf(answer, filters.get('source')),
        () => undefined,
      );
      return {
        title: 'Deliveries',
        section: 'deliveries',
        body: html`<div class="headline">
            <h1>Deliveries</h1>
            ${liveSwitch(request)}
          </div>
          ${flash(request.query)} ${filterForm(filters, sources())}
          <div data-live="list">${stateTabs(filters, counts)} ${await list(request, filters, counts)}</div>`,
      };
    },
  };
}

/** Numbers by state of one source or of all. */
function countsOf(answer: unknown, source: string | undefined): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, states] of entriesAt(answer)) {
    if (source !== undefined && name !== source) continue;
    for (const [state, n] of entriesAt(states)) sums[state] = (sums[state] ?? 0) + Number(n);
  }
  return sums;
}

async function list(
  request: PageRequest,
  filters: ReadonlyMap<Filter, string>,
  counts: Readonly<Record<string, number>> | undefined,
): Promise<Html> {
  const query = new URLSearchParams([...filters]);
  query.set('limit', PAGE_SIZE);
  const cursor = request.query.get('cursor');
  if (cursor !== null) query.set('cursor', cursor);
  let answer: unknown;
  try {
    answer = await request.call('GET /api/v1/deliveries', { query });
  } catch (error) {
    if (error instanceof Problem) return errorState(error, request.url);
    throw error;
  }
  const items = listAt(answer, 'items');
  const next = textAt(answer, 'next_cursor');
  if (items.length === 0 && next === undefined) {
    return filters.size === 0 && cursor === null
      ? emptyState('No deliveries yet', 'They appear here as soon as a source sends its first event.')
      : noMatchState('/deliveries');
  }
  const operator = request.principal.role === 'operator';
  return html`${deliveryTable(items, request.now, { selectable: operator })}
    ${operator ? selectionForm(request) : ''}
    ${operator && filters.size > 0 ? allMatching(request, filters) : ''}
    <div class="pager">
      <p class="muted">${told(items.length, answer, filters, counts)} ${exportLinks(filters)}</p>
      ${
        cursor === null ? '' : html`<a class="button" href="${listAddress(filters)}">Newest</a>`
      }${next === undefined ? '' : html`<a class="button" rel="next" href="${withCursor(filters, next)}">Older</a>`}
    </div>`;
}

/** The whole list as a file, from the API itself: a session may read there. */
function exportLinks(filters: ReadonlyMap<Filter, string>): Html {
  const link = (format: string, label: string): Html => {
    const query = new URLSearchParams([...filters, ['format', format]]);
    return html`<a href="/api/v1/export?${query.toString()}" download>${label}</a>`;
  };
  return html`· Export as ${link('jsonl', 'JSON lines')} or ${link('csv', 'CSV')}`;
}

/** Everything that matches, seen or not: it goes through a plan, which counts it first. */
function allMatching({ csrfToken }: PageRequest, filters: ReadonlyMap<Filter, string>): Html {
  return html`<form class="selection" action="/bulk/plan" method="post" data-action="plan">
    ${hidden({ csrf: csrfToken, ...Object.fromEntries(filters) })}<span class="muted wide"
      >Everything that matches these filters, on all pages: counted first.</span
    ><button name="action" value="retry">Retry…</button><button name="action" value="replay">Replay…</button
    ><button name="action" value="discard" class="danger">Discard…</button>
  </form>`;
}

/** How much is shown of how much: exact where an index knows it, honest where the list was searched through. */
function told(
  shown: number,
  answer: unknown,
  filters: ReadonlyMap<Filter, string>,
  counts: Readonly<Record<string, number>> | undefined,
): string {
  const indexed = [...filters.keys()].every((name) => name === 'source' || name === 'state');
  if (indexed && counts !== undefined) {
    const state = filters.get('state');
    const all =
      state === undefined ? Object.values(counts).reduce((sum, n) => sum + n, 0) : (counts[state] ?? 0);
    return `${count(shown)} shown of ${count(all)}`;
  }
  const scanned = numberAt(answer, 'scanned');
  const more = at(answer, 'complete') === false ? '; older ones were not looked at yet' : '';
  return scanned === undefined
    ? `${count(shown)} shown`
    : `${count(shown)} found among ${count(scanned)} looked at${more}`;
}

function withCursor(filters: ReadonlyMap<Filter, string>, cursor: string): string {
  const address = listAddress(filters);
  return `${address}${address.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
}

/** Follows the list while the page is looked at. A link, so that the choice stands in the address. */
function liveSwitch({ query }: PageRequest): Html {
  const live = query.get('live') === '1';
  const other = new URLSearchParams(query);
  if (live) other.delete('live');
  else other.set('live', '1');
  for (const name of ['cursor', 'done']) other.delete(name);
  return html`<a
    class="button live"
    role="switch"
    aria-checked="${live ? 'true' : 'false'}"
    href="/deliveries?${other.toString()}"
    ${live ? html` data-live-source="/api/v1/events"` : ''}
    >${icon(live ? 'pause' : 'play')}<span data-live-text>${live ? 'Live' : 'Go live'}</span></a
  >`;
}
