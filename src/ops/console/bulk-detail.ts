import { callBack, reasonOf } from './call-back.js';
import { changeForm } from './change-form.js';
import { entriesAt, listAt, numberAt, textAt } from './fields.js';
import { flash, formError, withFlash } from './flash.js';
import { count } from './format.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { stateBadge } from './state-badge.js';

const ENDED = new Set(['done', 'finished', 'cancelled', 'failed', 'expired']);

/** One bulk operation from its plan to its results. */
export function bulkDetail(): readonly Page[] {
  return [
    { method: 'GET', path: '/bulk/:id', handler: (request) => show(request) },
    { method: 'POST', path: '/bulk/:id/run', handler: (request) => change(request, 'run', 'started') },
    {
      method: 'POST',
      path: '/bulk/:id/cancel',
      handler: (request) => change(request, 'cancel', 'cancelled'),
    },
  ];
}

function change(
  request: PageRequest,
  verb: 'run' | 'cancel',
  done: 'started' | 'cancelled',
): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const rate = Number(request.form.get('rate'));
  const body = { reason: reasonOf(request), ...(verb === 'run' ? { rate } : {}) };
  return callBack(
    async () => {
      await request.call(`POST /api/v1/bulk/:id/${verb}`, { params: { id }, body });
      return withFlash(`/bulk/${encodeURIComponent(id)}`, done);
    },
    (wrong) => show(request, wrong),
  );
}

async function show(
  request: PageRequest,
  wrong?: { readonly message: string; readonly status: number },
): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const item = await request.call('GET /api/v1/bulk/:id', { params: { id } });
  const state = textAt(item, 'state') ?? 'planned';
  const size = numberAt(item, 'count') ?? 0;
  return {
    title: `${textAt(item, 'action') ?? 'Bulk'} of ${count(size)}`,
    section: 'bulk',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<div class="headline">
        <div>
          <p class="crumbs"><a href="/bulk">Bulk operations</a></p>
          <h1>${textAt(item, 'action')} of ${count(size)} deliveries</h1>
        </div>
        <div class="big" data-live="state">${stateBadge(state)}</div>
      </div>
      ${flash(request.query)}${formError(wrong?.message)}
      <div data-live="progress" ${ENDED.has(state) ? '' : html` data-refresh`}>${progress(item, size)}</div>
      ${request.principal.role === 'operator' ? forms(request, id, state, size) : ''}
      <section class="panel">
        <header><h2>Filter</h2></header>
        <dl class="pairs mono">
          ${entriesAt(item, 'filter').map(
            ([name]) =>
              html`<dt>${name}</dt>
                <dd>${textAt(item, 'filter', name)}</dd>`,
          )}
        </dl>
      </section>
      <div data-live="results">${results(item)}</div>`,
  };
}

function progress(item: unknown, size: number): Html {
  const n = (name: string): number => numberAt(item, name) ?? 0;
  const done = n('succeeded') + n('failed') + n('skipped');
  const pausedFor = textAt(item, 'waiting_for') ?? textAt(item, 'paused_because');
  return html`<section class="panel">
    <div class="pad">
      <p>
        <b>${count(done)}</b> of ${count(size)} · ${count(n('succeeded'))} succeeded, ${count(n('failed'))}
        failed, ${count(n('skipped'))}
        skipped${pausedFor === undefined ? '' : html` · <span class="warn">${pausedFor}</span>`}
      </p>
      <progress max="${Math.max(1, size)}" value="${done}" aria-label="Progress"></progress>
    </div>
  </section>`;
}

function forms({ csrfToken }: PageRequest, id: string, state: string, size: number): Html {
  const address = `/bulk/${encodeURIComponent(id)}`;
  if (ENDED.has(state)) return html``;
  if (state !== 'planned')
    return html`<section class="panel actions">
      ${changeForm({ action: `${address}/cancel`, csrfToken, label: 'Cancel', name: 'cancel', kind: 'danger', hint: 'What is already done stays done.' })}
    </section>`;
  return html`<section class="panel actions">
    <form action="${address}/run" method="post" data-action="run">
      ${hidden({ csrf: csrfToken })}
      <p class="muted">
        Touches exactly the ${count(size)} deliveries that were counted, and waits while their target is away.
      </p>
      <div class="line">
        <label>A second, at most <input name="rate" type="number" min="1" max="1000" value="10" /></label
        ><label class="wide">Reason <input name="reason" required maxlength="500" autocomplete="off" /></label
        ><button class="primary">Run</button>
      </div>
    </form>
  </section>`;
}

function results(item: unknown): Html {
  const found = listAt(item, 'results');
  const shown = found.length > 0 ? found : listAt(item, 'samples');
  if (shown.length === 0) return html``;
  return html`<section class="panel">
    <header>
      <h2>${found.length > 0 ? 'Results' : 'Samples'}</h2>
      <span class="muted">${count(shown.length)}</span>
    </header>
    <table class="grid">
      <thead>
        <tr>
          <th>Delivery</th>
          <th>Result</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((each) => {
          const id = textAt(each, 'id') ?? textAt(each) ?? '';
          return html`<tr data-row>
            <td class="lead mono"><a href="/deliveries/${encodeURIComponent(id)}" data-open>${id}</a></td>
            <td>
              ${textAt(each, 'result') ?? textAt(each, 'state')}
              <span class="muted">${textAt(each, 'detail') ?? textAt(each, 'error_class')}</span>
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
