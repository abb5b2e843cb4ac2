import { bodyView } from './body-view.js';
import { callBack, reasonOf } from './call-back.js';
import { changeForm } from './change-form.js';
import { at, entriesAt, listAt, numberAt, textAt, timeAt } from './fields.js';
import { flash, formError, withFlash } from './flash.js';
import { ago, bytes, clock } from './format.js';
import { html, type Html } from './html.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { stateBadge } from './state-badge.js';

/** One rejected request: why, to the point, and what can be done about it. */
export function rejectedDetailPages(): readonly Page[] {
  return [
    { method: 'GET', path: '/rejected/:id', handler: (request) => show(request) },
    { method: 'POST', path: '/rejected/:id/release', handler: release },
    { method: 'POST', path: '/rejected/:id/discard', handler: discard },
  ];
}

function release(request: PageRequest): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const body = { reason: reasonOf(request) };
  return callBack(
    async () => {
      const made = await request.call('POST /api/v1/rejected/:id/release', { params: { id }, body });
      const delivery = textAt(made, 'deliveries', 0);
      return withFlash(
        delivery === undefined ? '/rejected' : `/deliveries/${encodeURIComponent(delivery)}`,
        'released',
      );
    },
    (wrong) => show(request, wrong),
  );
}

function discard(request: PageRequest): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  return callBack(
    async () => {
      const body = { reason: reasonOf(request) };
      await request.call('POST /api/v1/rejected/:id/discard', { params: { id }, body });
      return withFlash('/rejected', 'removed');
    },
    (wrong) => show(request, wrong),
  );
}

async function show(
  request: PageRequest,
  wrong?: { readonly message: string; readonly status: number },
): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const item = await request.call('GET /api/v1/rejected/:id', { params: { id } });
  const quarantined = at(item, 'quarantined') === true;
  const received = timeAt(item, 'at');
  const body = textAt(item, 'body');
  return {
    title: `Rejected · ${textAt(item, 'cause') ?? ''}`,
    section: 'rejected',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<div class="headline">
        <div>
          <p class="crumbs"><a href="/rejected">Rejected requests</a></p>
          <h1>${textAt(item, 'cause')?.replaceAll('_', ' ')}</h1>
          <p>${textAt(item, 'detail')}</p>
        </div>
        <div class="big">
          ${quarantined ? stateBadge('quarantined') : stateBadge('refused', `answered ${textAt(item, 'status') ?? ''}`)}
        </div>
      </div>
      ${flash(request.query)}${formError(wrong?.message)}
      <dl class="strip">
        <div>
          <dt>Received</dt>
          <dd>${clock(received, request.now)} <small class="muted">${ago(received, request.now)}</small></dd>
        </div>
        <div>
          <dt>Source</dt>
          <dd>${textAt(item, 'source')}</dd>
        </div>
        <div>
          <dt>Answer</dt>
          <dd>${textAt(item, 'status')} <code>${textAt(item, 'code')}</code></dd>
        </div>
        <div>
          <dt>From</dt>
          <dd class="mono">${textAt(item, 'remote_address')}</dd>
        </div>
        <div>
          <dt>Body</dt>
          <dd>${bytes(numberAt(item, 'body_bytes') ?? 0)}</dd>
        </div>
        <div>
          <dt>Request</dt>
          <dd class="mono">${id}</dd>
        </div>
      </dl>
      <div class="columns">
        <div>
          ${faults(item)}
          <section class="panel">
            <header>
              <h2>Headers</h2>
              <span class="muted">without credentials</span>
            </header>
            <dl class="pairs mono">
              ${entriesAt(item, 'headers').map(
                ([name]) =>
                  html`<dt>${name}</dt>
                    <dd>${textAt(item, 'headers', name)}</dd>`,
              )}
              <dt>body sha256</dt>
              <dd>${textAt(item, 'body_sha256')}</dd>
            </dl>
          </section>
          ${body === undefined ? '' : html`<section class="panel">${bodyView(body, 'Body as received')}</section>`}
        </div>
        <aside>${actions(request, id, quarantined)}</aside>
      </div>`,
  };
}

function faults(item: unknown): Html {
  const found = listAt(item, 'errors');
  if (found.length === 0) return html``;
  return html`<section class="panel">
    <header><h2>What breaks the schema</h2></header>
    <table class="grid">
      <thead>
        <tr>
          <th>Where</th>
          <th>Rule</th>
          <th>What</th>
        </tr>
      </thead>
      <tbody>
        ${found.map(
          (fault) =>
            html`<tr>
              <td class="lead mono">${textAt(fault, 'pointer') ?? '/'}</td>
              <td><code>${textAt(fault, 'keyword')}</code></td>
              <td>${textAt(fault, 'message')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function actions({ principal, csrfToken }: PageRequest, id: string, quarantined: boolean): Html {
  const address = `/rejected/${encodeURIComponent(id)}`;
  if (principal.role !== 'operator') return html``;
  return html`<section class="panel actions">
    <header><h2>Actions</h2></header>
    ${quarantined ? changeForm({ action: `${address}/release`, csrfToken, label: 'Release', name: 'release', kind: 'primary', hint: 'Takes it through the present schema and routes. Releasing twice makes one event.' }) : html`<p class="pad muted">It was not authentic, so its body was not kept and it cannot be released.</p>`}
    ${changeForm({ action: `${address}/discard`, csrfToken, label: 'Discard', name: 'discard', kind: 'danger', hint: 'Removes this record.' })}
  </section>`;
}
