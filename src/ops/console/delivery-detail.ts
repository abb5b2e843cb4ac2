import { bodyView } from './body-view.js';
import { deliveryActions } from './delivery-actions.js';
import { deliveryFacts } from './delivery-facts.js';
import { deliveryTimeline } from './delivery-timeline.js';
import { entriesAt, listAt, textAt, timeAt } from './fields.js';
import { flash, formError } from './flash.js';
import { clock, count } from './format.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { replayVerdict } from './replay-verdict.js';
import { stateBadge } from './state-badge.js';

/** States that do not change by themselves, but for the outcome of a job. */
const ENDED = new Set(['dead', 'discarded']);

/** Everything about one delivery, and what can be done with it. */
export function deliveryDetailPage(): Page {
  return { method: 'GET', path: '/deliveries/:id', handler: (request) => showDetail(request) };
}

/** The screen, with what went wrong with a form of it, where something did. */
export async function showDetail(
  request: PageRequest,
  wrong?: { readonly message: string; readonly status: number; readonly draft: URLSearchParams },
): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const item = await request.call('GET /api/v1/deliveries/:id', { params: { id } });
  const state = textAt(item, 'state') ?? 'unknown';
  const audit = listAt(item, 'audit');
  return {
    title: `${state} · ${textAt(item, 'source') ?? ''} · ${id}`,
    section: 'deliveries',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<article class="detail" data-state="${state}">
      <header class="headline">
        <div>
          <p class="crumbs">
            <a href="/deliveries">Deliveries</a> /
            <a href="/deliveries?source=${encodeURIComponent(textAt(item, 'source') ?? '')}"
              >${textAt(item, 'source')}</a
            >
          </p>
          <h1 class="mono id">
            <span>${id}</span
            ><button type="button" class="quiet" data-copy-text="${id}" aria-label="Copy the id" hidden>
              ${icon('copy')}
            </button>
          </h1>
        </div>
        <div class="big" data-live="state">${stateBadge(state)}</div>
      </header>
      ${flash(request.query)}${formError(wrong?.message)}${unreadable(item)}
      <div data-live="facts" ${ENDED.has(state) ? '' : html` data-refresh`}>
        ${deliveryFacts(item, request.now)}
      </div>
      <nav class="anchors" aria-label="Parts of this page">${anchors(audit.length)}</nav>
      <div class="columns">
        <div>
          <section class="panel" id="timeline" data-live="timeline">
            <header><h2>Timeline</h2></header>
            ${deliveryTimeline(item, request.now)}
          </section>
          <section class="panel" id="inbound">
            <header><h2>Inbound</h2></header>
            ${headers(item)}${bodyView(textAt(item, 'body') ?? '', 'Body as received')}
          </section>
          <section class="panel" id="mapped">
            <header>
              <h2>Mapped</h2>
              <span class="muted">by the present route</span>
            </header>
            ${mapped(item)}
          </section>
          ${curl(item)} ${audit.length === 0 ? '' : auditTrail(audit, request.now)}
        </div>
        <aside>${replayVerdict(item)}${deliveryActions(item, request, wrong?.draft)}</aside>
      </div>
    </article>`,
  };
}

/** What is encrypted with a key that is not configured looks empty, and is not. */
function unreadable(item: unknown): Html {
  const why = textAt(item, 'unreadable');
  return why === undefined
    ? html``
    : html`<div class="banner bad" role="alert">
        ${icon('warn')}
        <p><strong>Cannot be read.</strong> ${why}. It waits until its key is configured.</p>
      </div>`;
}

function anchors(audits: number): Html {
  const parts = ['timeline', 'inbound', 'mapped', 'curl', ...(audits === 0 ? [] : ['audit']), 'actions'];
  return html`${parts.map((part) => html`<a href="#${part}">${part}</a>`)}`;
}

function headers(item: unknown): Html {
  const kept = entriesAt(item, 'headers').filter(([name]) => name.toLowerCase() !== 'content-type');
  return html`<dl class="pairs mono">
    <dt>content-type</dt>
    <dd>${textAt(item, 'content_type')}</dd>
    ${kept.map(
      ([name]) =>
        html`<dt>${name}</dt>
          <dd>${textAt(item, 'headers', name)}</dd>`,
    )}
  </dl>`;
}

/** The API answers the mapped body, or why the present route cannot make one. */
function mapped(item: unknown): Html {
  const body = textAt(item, 'mapped', 'body') ?? textAt(item, 'mapped_body');
  if (body !== undefined) return bodyView(body, 'What is sent to the target');
  const problem = textAt(item, 'mapped', 'error') ?? textAt(item, 'mapping_error');
  return html`<p class="pad ${problem === undefined ? 'muted' : 'bad'}">${problem ?? 'Not known here.'}</p>`;
}

function curl(item: unknown): Html {
  const text = textAt(item, 'curl');
  if (text === undefined) return html``;
  return html`<section class="panel" id="curl">
    <header>
      <h2>As curl</h2>
      <span class="muted">without the secret</span>
    </header>
    ${bodyView(text, 'Send the same webhook again')}
  </section>`;
}

function auditTrail(entries: readonly unknown[], now: number): Html {
  return html`<section class="panel" id="audit">
    <header>
      <h2>Audit</h2>
      <span class="muted">${count(entries.length)}</span>
    </header>
    <table class="grid">
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>What</th>
          <th>Reason</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          (entry) =>
            html`<tr>
              <td class="lead">${clock(timeAt(entry, 'at'), now)}</td>
              <td>${textAt(entry, 'by')}</td>
              <td>${textAt(entry, 'action')}</td>
              <td>${textAt(entry, 'reason')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
