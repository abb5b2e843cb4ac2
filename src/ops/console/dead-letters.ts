import { at, listAt, numberAt, textAt, timeAt } from './fields.js';
import { ago, count } from './format.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import { emptyState } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';

/** Dead letters by what they died of, so that one cause is one line. */
export function deadLettersPage(): Page {
  return {
    method: 'GET',
    path: '/dead',
    handler: async (request) => ({
      title: 'Dead letters',
      section: 'dead',
      body: html`<div class="headline">
          <h1>Dead letters</h1>
          <a class="button" href="/deliveries?state=dead">One by one</a>
        </div>
        <p class="muted">
          Grouped by source, error class, status and reason. Nothing here is tried again by itself.
        </p>
        <div data-live="list">
          ${await readAnswer(request, 'GET /api/v1/dead/groups', {}, (answer) => groups(answer, request))}
        </div>`,
    }),
  };
}

function groups(answer: unknown, request: PageRequest): Html {
  const items = listAt(answer, 'items');
  if (items.length === 0)
    return emptyState('No dead letters', 'Everything that was accepted has arrived, or is still on its way.');
  const partly =
    at(answer, 'complete') === false &&
    html`<p class="muted">
      There are more than were looked at yet; the counts grow when the page is loaded again.
    </p>`;
  return html`${partly}
    <table class="grid">
      <thead>
        <tr>
          <th>Cause</th>
          <th>Source</th>
          <th class="num">Count</th>
          <th>First</th>
          <th>Last</th>
          <th>Sample</th>
          <th>Act on the group</th>
        </tr>
      </thead>
      <tbody>
        ${items.map((item) => row(item, request))}
      </tbody>
    </table>`;
}

function row(item: unknown, { now, principal, csrfToken }: PageRequest): Html {
  const source = textAt(item, 'source') ?? '';
  const errorClass = textAt(item, 'error_class') ?? '';
  const status = textAt(item, 'status');
  const fingerprint = textAt(item, 'fingerprint') ?? '';
  // Exactly the group, and what is done with it is done to exactly the group
  const filter = { state: 'dead', source, fingerprint };
  const sample = textAt(item, 'sample_ids', 0);
  return html`<tr data-row>
    <td class="lead">
      <a href="/deliveries?${new URLSearchParams(filter).toString()}" data-open
        >${errorClass}${status === undefined ? '' : ` · HTTP ${status}`}</a
      ><br /><span class="muted">${textAt(item, 'example')}</span>
    </td>
    <td data-label="Source">${source}</td>
    <td class="num" data-label="Count"><b>${count(numberAt(item, 'count') ?? 0)}</b></td>
    <td data-label="First">${ago(timeAt(item, 'first_at'), now)}</td>
    <td data-label="Last">${ago(timeAt(item, 'last_at'), now)}</td>
    <td data-label="Sample">
      ${sample === undefined ? '' : html`<a class="mono" href="/deliveries/${encodeURIComponent(sample)}">…${sample.slice(24)}</a>`}
    </td>
    <td>
      ${
        principal.role === 'operator'
          ? html`<form class="buttons" action="/bulk/plan" method="post">
              ${hidden({ csrf: csrfToken, ...filter })}<button name="action" value="retry">Retry all…</button
              ><button name="action" value="replay">Replay all…</button
              ><button name="action" value="discard" class="danger">Discard all…</button>
            </form>`
          : ''
      }
    </td>
  </tr>`;
}
