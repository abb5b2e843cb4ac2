import { listAt, textAt, timeAt, at } from './fields.js';
import { flash } from './flash.js';
import { ago, clock } from './format.js';
import { html, type Html } from './html.js';
import { emptyState, noMatchState, pager } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import type { ConsoleSource } from './ports.js';
import { readAnswer } from './read-answer.js';
import { stateBadge } from './state-badge.js';

const FILTERS = ['source', 'cause'] as const;

/** Requests that were not accepted: what is looked at when a sender says "I did send it". */
export function rejectedPage(sources: () => readonly ConsoleSource[]): Page {
  return {
    method: 'GET',
    path: '/rejected',
    handler: async (request) => {
      const query = new URLSearchParams({ limit: '50' });
      for (const name of [...FILTERS, 'cursor']) {
        const value = request.query.get(name);
        if (value !== null && value !== '') query.set(name, value);
      }
      return {
        title: 'Rejected requests',
        section: 'rejected',
        body: html`<h1>Rejected requests</h1>
          ${flash(request.query)}
          <form class="filters" action="/rejected" method="get">
            <div class="line">
              <label
                >Source
                <select name="source">
                  <option value="">any</option>
                  ${[...sources().map(({ name }) => name), 'unknown'].map(
                    (name) =>
                      html`<option${name === query.get('source') ? html` selected` : ''}>${name}</option>`,
                  )}
                </select></label
              ><label
                >Cause
                <input
                  name="cause"
                  value="${query.get('cause') ?? ''}"
                  placeholder="wrong_secret"
                  autocomplete="off" /></label
              ><button>Filter</button>
            </div>
          </form>
          <div data-live="list">
            ${await readAnswer(request, 'GET /api/v1/rejected', { query }, (answer) => list(answer, request))}
          </div>`,
      };
    },
  };
}

function list(answer: unknown, { now, query }: PageRequest): Html {
  const items = listAt(answer, 'items');
  const next = textAt(answer, 'next_cursor');
  if (items.length === 0 && next === undefined) {
    return FILTERS.some((name) => (query.get(name) ?? '') !== '')
      ? noMatchState('/rejected')
      : emptyState(
          'Nothing was rejected',
          'Requests that are not accepted appear here with the exact cause.',
        );
  }
  const older = new URLSearchParams(query);
  if (next !== undefined) older.set('cursor', next);
  return html`<table class="grid">
      <thead>
        <tr>
          <th>Cause</th>
          <th>Received</th>
          <th>Source</th>
          <th>What was wrong</th>
          <th>From</th>
          <th>Kept</th>
        </tr>
      </thead>
      <tbody>
        ${items.map((item) => {
          const id = textAt(item, 'id') ?? '';
          const received = timeAt(item, 'at');
          return html`<tr data-row data-id="${id}">
            <td class="lead">
              <a href="/rejected/${encodeURIComponent(id)}" data-open
                >${textAt(item, 'cause')?.replaceAll('_', ' ')}</a
              >
              <code>${textAt(item, 'status')}</code>
            </td>
            <td class="when">${clock(received, now)} <small class="muted">${ago(received, now)}</small></td>
            <td>${textAt(item, 'source')}</td>
            <td>${textAt(item, 'detail')}</td>
            <td class="mono">${textAt(item, 'remote_address')}</td>
            <td>${at(item, 'quarantined') === true ? stateBadge('quarantined') : ''}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${pager(next === undefined ? undefined : `/rejected?${older.toString()}`)}`;
}
