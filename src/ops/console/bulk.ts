import { callBack } from './call-back.js';
import { bulkDetail } from './bulk-detail.js';
import { FILTERS, type Filter } from './delivery-query.js';
import { listAt, numberAt, textAt, timeAt } from './fields.js';
import { formError } from './flash.js';
import { ago, count } from './format.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import { emptyState } from './list-states.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';
import { stateBadge } from './state-badge.js';

/** Operations on many deliveries: planned with an exact count, then run, watched and, if need be, stopped. */
export function bulkPages(): readonly Page[] {
  return [
    { method: 'GET', path: '/bulk', handler: (request) => showBulk(request) },
    { method: 'POST', path: '/bulk/plan', handler: plan },
    ...bulkDetail(),
  ];
}

async function showBulk(
  request: PageRequest,
  wrong?: { readonly message: string; readonly status: number },
): Promise<PageAnswer> {
  return {
    title: 'Bulk operations',
    section: 'bulk',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<h1>Bulk operations</h1>
      ${formError(wrong?.message)} ${request.principal.role === 'operator' ? planForm(request) : ''}
      <div data-live="list" data-refresh>
        ${await readAnswer(request, 'GET /api/v1/bulk', {}, (answer) => list(answer, request))}
      </div>`,
  };
}

/** Filters that the form has no field for: what was planned with stays planned with when it is corrected. */
const KEPT: readonly Filter[] = ['outcome', 'from', 'to', 'delivery_key', 'job_id', 'fingerprint'];

function planForm({ csrfToken, form }: PageRequest): Html {
  const kept = KEPT.flatMap((name) => {
    const value = form.get(name) ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const field = (name: string, label: string, hint: string): Html =>
    html`<label
      >${label}
      <input name="${name}" value="${form.get(name) ?? ''}" placeholder="${hint}" autocomplete="off"
    /></label>`;
  return html`<section class="panel">
    <header>
      <h2>Plan one</h2>
      <span class="muted">counts first, changes nothing</span>
    </header>
    <form class="pad" action="/bulk/plan" method="post" data-action="plan">
      ${hidden({ csrf: csrfToken })}
      <div class="line">
        <label
          >What
          <select name="action">
            ${['retry', 'replay', 'discard'].map(
              (action) =>
                html`<option${action === form.get('action') ? html` selected` : ''}>${action}</option>`,
            )}
          </select></label
        >
        <label
          >State
          <select name="state">
            ${['dead', 'scheduled', 'queued', 'delivered', 'discarded'].map(
              (state) => html`<option${state === form.get('state') ? html` selected` : ''}>${state}</option>`,
            )}
          </select></label
        >
        ${field('source', 'Source', 'any')}${field('route', 'Route', 'any')}${field('error_class', 'Error class', 'any')}${field('http_code', 'HTTP code', 'any')}${field('text', 'Text', 'any')}${field('body_field', 'Body field', 'path=value')}
        <button class="primary">Count</button>
      </div>
      ${hidden(Object.fromEntries(kept))}
      ${kept.length > 0 && html`<p class="muted">And ${kept.map(([name, value]) => html`<code>${name}=${value}</code> `)}</p>`}
    </form>
  </section>`;
}

function plan(request: PageRequest): Promise<PageAnswer> {
  const { form, call } = request;
  const filter: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = form.get(name)?.trim();
    if (value !== undefined && value !== '') filter[name] = value;
  }
  return callBack(
    async () => {
      const made = await call('POST /api/v1/bulk', { body: { action: form.get('action') ?? '', filter } });
      return `/bulk/${encodeURIComponent(textAt(made, 'id') ?? '')}`;
    },
    (wrong) => showBulk(request, wrong),
  );
}

function list(answer: unknown, { now }: PageRequest): Html {
  const items = listAt(answer, 'items');
  if (items.length === 0)
    return emptyState('No bulk operations', 'Plan one above, or from a group of dead letters.');
  return html`<table class="grid">
    <thead>
      <tr>
        <th>Operation</th>
        <th>State</th>
        <th>Planned</th>
        <th>By</th>
        <th>Reason</th>
        <th class="num">Size</th>
        <th class="num">Done</th>
        <th class="num">Failed</th>
      </tr>
    </thead>
    <tbody>
      ${items.map((item) => {
        const id = textAt(item, 'id') ?? '';
        return html`<tr data-row>
          <td class="lead">
            <a href="/bulk/${encodeURIComponent(id)}" data-open>${textAt(item, 'action')}</a>
            <small class="muted mono">${id}</small>
          </td>
          <td>${stateBadge(textAt(item, 'state') ?? 'unknown')}</td>
          <td data-label="Planned">${ago(timeAt(item, 'created_at') ?? timeAt(item, 'at'), now)}</td>
          <td data-label="By">${textAt(item, 'by')}</td>
          <td data-label="Reason">${textAt(item, 'reason')}</td>
          <td class="num" data-label="Size">${count(numberAt(item, 'count') ?? 0)}</td>
          <td class="num" data-label="Done">${count(numberAt(item, 'succeeded') ?? 0)}</td>
          <td class="num" data-label="Failed">${count(numberAt(item, 'failed') ?? 0)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
