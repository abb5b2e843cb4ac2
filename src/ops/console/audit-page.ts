import { listAt, textAt, timeAt } from './fields.js';
import { ago, clock, count } from './format.js';
import { html, type Html } from './html.js';
import { emptyState, pager } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';

/** Who changed what, and why. */
export function auditPage(): Page {
  return {
    method: 'GET',
    path: '/audit',
    handler: async (request) => {
      const cursor = request.query.get('cursor');
      const query = new URLSearchParams(cursor === null ? {} : { cursor });
      return {
        title: 'Audit',
        section: 'audit',
        body: html`<h1>Audit</h1>
          <p class="muted">Every change, written down before it was made.</p>
          <div data-live="list">
            ${await readAnswer(request, 'GET /api/v1/audit', { query }, (answer) => list(answer, request))}
          </div>`,
      };
    },
  };
}

function list(answer: unknown, { now }: PageRequest): Html {
  const items = listAt(answer, 'items');
  const next = textAt(answer, 'next_cursor');
  if (items.length === 0)
    return emptyState(
      'No changes yet',
      'Retries, discards, replays, releases and bulk operations are written down here.',
    );
  return html`<table class="grid">
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>What</th>
          <th>Reason</th>
          <th>Touched</th>
        </tr>
      </thead>
      <tbody>
        ${items.map((item) => {
          const at = timeAt(item, 'at');
          const ids = [...listAt(item, 'ids'), ...listAt(item, 'id')].map(String);
          const one = textAt(item, 'id') ?? ids[0];
          return html`<tr data-row>
            <td class="lead">${clock(at, now)} <small class="muted">${ago(at, now)}</small></td>
            <td data-label="By">${textAt(item, 'by') ?? textAt(item, 'who')}</td>
            <td>${textAt(item, 'action') ?? textAt(item, 'what')}</td>
            <td>${textAt(item, 'reason')}</td>
            <td>
              ${one === undefined ? '' : subject(one)}${ids.length > 1 ? html` <span class="muted">and ${count(ids.length - 1)} more</span>` : ''}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${pager(next === undefined ? undefined : `/audit?cursor=${encodeURIComponent(next)}`)}`;
}

function subject(id: string): Html {
  const folder = id.startsWith('dlv_') ? 'deliveries' : id.startsWith('req_') ? 'rejected' : undefined;
  return folder === undefined
    ? html`<span class="mono">${id}</span>`
    : html`<a class="mono" data-open href="/${folder}/${encodeURIComponent(id)}">${id}</a>`;
}
