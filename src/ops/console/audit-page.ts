import { listAt, textAt, timeAt } from './fields.js';
import { ago, clock, count } from './format.js';
import { html, type Html } from './html.js';
import { emptyState, pager } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';

/** Where the ids of what was touched are shown, by how they begin. */
const FOLDERS = [
  ['deliveries', 'dlv_'],
  ['rejected', 'req_'],
  ['bulk', 'blk_'],
] as const;

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
          const action = textAt(item, 'action') ?? '';
          const ids = listAt(item, 'ids').map(String);
          const [one] = ids;
          const detail = textAt(item, 'detail');
          return html`<tr data-row>
            <td class="lead">${clock(at, now)} <small class="muted">${ago(at, now)}</small></td>
            <td data-label="By">${textAt(item, 'by')}</td>
            <td>${action}${detail === undefined ? '' : html` <small class="muted">${detail}</small>`}</td>
            <td>${textAt(item, 'reason')}</td>
            <td class="touched">
              ${one === undefined ? '' : subject(one, action)}${ids.length > 1 ? html` <span class="muted">and ${count(ids.length - 1)} more</span>` : ''}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${pager(next === undefined ? undefined : `/audit?cursor=${encodeURIComponent(next)}`)}`;
}

/** What was touched, with the way to it. */
function subject(id: string, action: string): Html {
  const [folder] = FOLDERS.find(([, begin]) => id.startsWith(begin)) ?? [];
  if (folder !== undefined)
    return html`<a class="mono" data-open href="/${folder}/${encodeURIComponent(id)}">${id}</a>`;
  return action.startsWith('source.')
    ? html`<a data-open href="/deliveries?source=${encodeURIComponent(id)}">${id}</a>`
    : html`<span class="mono">${id}</span>`;
}
