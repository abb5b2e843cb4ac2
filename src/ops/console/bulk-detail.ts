import { callBack, reasonOf } from './call-back.js';
import { changeForm } from './change-form.js';
import { at, entriesAt, listAt, numberAt, textAt } from './fields.js';
import { flash, formError, withFlash } from './flash.js';
import { count } from './format.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { stateBadge } from './state-badge.js';

const ENDED = new Set(['done', 'cancelled']);
/** Where a delivery stays by itself. */
const AT_REST = new Set(['delivered', 'dead', 'discarded']);

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
  const action = textAt(item, 'action') ?? 'bulk';
  const heading = `${action.charAt(0).toUpperCase()}${action.slice(1)} of ${count(size)}`;
  return {
    title: heading,
    section: 'bulk',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<div class="headline">
        <div>
          <p class="crumbs"><a href="/bulk">Bulk operations</a></p>
          <h1>${heading} ${size === 1 ? 'delivery' : 'deliveries'}</h1>
        </div>
        <div class="big" data-live="state">${stateBadge(state)}</div>
      </div>
      ${flash(request.query)}${formError(wrong?.message)}
      <div data-live="progress" ${state === 'planned' || isOver(item) ? '' : html` data-refresh`}>
        ${progress(item, size)}
      </div>
      <div data-live="forms">${request.principal.role === 'operator' ? forms(request, id, state) : ''}</div>
      <section class="panel">
        <header><h2>Filter</h2></header>
        <dl class="pairs mono">
          ${
            at(item, 'all') === true &&
            html`<dt>all</dt>
              <dd>every delivery there is</dd>`
          }
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

/** Whether nothing of it will look otherwise the next time: it is over, and so are the deliveries that it touched. */
function isOver(item: unknown): boolean {
  const ended = ENDED.has(textAt(item, 'state') ?? '');
  return ended && entriesAt(item, 'became').every(([state]) => AT_REST.has(state));
}

function progress(item: unknown, size: number): Html {
  const n = (name: string): number => numberAt(item, name) ?? 0;
  const done = n('succeeded') + n('failed') + n('skipped');
  const pausedFor = textAt(item, 'waiting_for');
  return html`<section class="panel">
    <div class="pad">
      <p>
        <b>${count(done)}</b> of ${count(size)} · ${count(n('succeeded'))} succeeded, ${count(n('failed'))}
        failed, ${count(n('skipped'))}
        skipped${pausedFor === undefined ? '' : html` · <span class="warn">${pausedFor}</span>`}
      </p>
      <progress max="${Math.max(1, size)}" value="${done}" aria-label="Progress"></progress>
      ${became(item)}
    </div>
  </section>`;
}

/** How it ended, as far as it has: `209 delivered, 5 dead`. What was done to a delivery is not yet what came of it. */
function became(item: unknown): Html {
  const states = entriesAt(item, 'became');
  if (states.length === 0) return html``;
  const shown = listAt(item, 'results').length;
  const all = textAt(item, 'next_offset') === undefined;
  return html`<p class="became">
    ${all ? 'Now' : `Of the first ${count(shown)}, now`}:
    ${states.map(([state, n]) => html`<span class="pair">${count(Number(n))} ${stateBadge(state)}</span> `)}
  </p>`;
}

function forms({ csrfToken }: PageRequest, id: string, state: string): Html {
  const address = `/bulk/${encodeURIComponent(id)}`;
  if (ENDED.has(state)) return html``;
  const planned = state === 'planned';
  const cancel = changeForm({
    action: `${address}/cancel`,
    csrfToken,
    label: planned ? 'Drop the plan' : 'Cancel',
    name: 'cancel',
    kind: 'danger',
    hint: planned ? 'Nothing was done yet, and nothing will be.' : 'What is already done stays done.',
  });
  if (!planned) return html`<section class="panel actions">${cancel}</section>`;
  return html`<section class="panel actions">
    <form action="${address}/run" method="post" data-action="run">
      ${hidden({ csrf: csrfToken })}
      <p class="muted">Touches exactly what was counted, and waits while its target is away.</p>
      <div class="line">
        <label>A second, at most <input name="rate" type="number" min="1" max="1000" value="10" /></label
        ><label class="wide">Reason <input name="reason" required maxlength="500" autocomplete="off" /></label
        ><button class="primary">Run</button>
      </div>
    </form>
    ${cancel}
  </section>`;
}

function results(item: unknown): Html {
  const found = listAt(item, 'results');
  const shown = found.length > 0 ? found : listAt(item, 'samples');
  if (shown.length === 0) return html``;
  const word = found.length > 0 ? 'Result' : 'Error';
  return html`<section class="panel">
    <header>
      <h2>${found.length > 0 ? 'Results' : 'Samples'}</h2>
      <span class="muted">${count(shown.length)}</span>
    </header>
    <table class="grid">
      <thead>
        <tr>
          <th>Delivery</th>
          <th>${word}</th>
          <th>Now</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((each) => {
          const id = textAt(each, 'id') ?? '';
          const [now, made] = [textAt(each, 'state'), textAt(each, 'new_id')];
          return html`<tr data-row>
            <td class="lead mono"><a href="/deliveries/${encodeURIComponent(id)}" data-open>${id}</a></td>
            <td data-label="${word}">
              ${textAt(each, 'result')}
              <span class="muted">${textAt(each, 'detail') ?? textAt(each, 'error_class')}</span>
            </td>
            <td data-label="Now">
              ${now === undefined ? '' : stateBadge(now)}${
                made === undefined
                  ? ''
                  : html` <a class="mono" href="/deliveries/${encodeURIComponent(made)}">${made}</a>`
              }
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
