import { Problem } from '../../model/problem.js';
import { bodyView } from './body-view.js';
import { at, listAt, numberAt, textAt } from './fields.js';
import { formError } from './flash.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import { stateBadge, toneBadge } from './state-badge.js';
import { tell } from './call-back.js';

/** Takes a pasted payload through a source: each stage, each fault, and what would be sent. Nothing is kept or sent. */
export function tryPages(): readonly Page[] {
  return [
    { method: 'GET', path: '/sources/:name/try', handler: (request) => show(request, {}) },
    { method: 'POST', path: '/sources/:name/try', handler: run },
  ];
}

async function run(request: PageRequest): Promise<PageAnswer> {
  const body = { body: (request.form.get('body') ?? '').replaceAll('\r\n', '\n') };
  try {
    const params = { name: request.params['name'] ?? '' };
    return show(request, { tried: await request.call('POST /api/v1/sources/:name/try', { params, body }) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return show(request, { wrong: tell(error) });
  }
}

function show(
  request: PageRequest,
  { tried, wrong }: { readonly tried?: unknown; readonly wrong?: string },
): PageAnswer {
  const name = request.params['name'] ?? '';
  return {
    title: `Try ${name}`,
    section: 'sources',
    body: html`<div>
        <p class="crumbs"><a href="/sources">Sources</a></p>
        <h1>Try a payload on ${name}</h1>
      </div>
      ${formError(wrong)}
      <div class="columns even">
        <section class="panel">
          <header>
            <h2>Payload</h2>
            <span class="muted">nothing is stored, or sent to a target</span>
          </header>
          ${request.principal.role === 'operator' ? form(request, name) : html`<p class="pad muted">Your token may look, not try.</p>`}
        </section>
        <div>
          ${tried === undefined ? html`<p class="muted">What each stage says, and the exact request that would be sent, appears here.</p>` : result(tried)}
        </div>
      </div>`,
  };
}

function form(request: PageRequest, name: string): Html {
  const text = request.form.get('body') ?? '';
  return html`<form
    class="try pad"
    action="/sources/${encodeURIComponent(name)}/try"
    method="post"
    data-action="try"
  >
    ${hidden({ csrf: request.csrfToken })}<label
      ><span class="visually-hidden">Payload</span
      ><textarea
        name="body"
        rows="18"
        class="mono"
        spellcheck="false"
        required
        placeholder="Paste the JSON body of a webhook"
      >
${text}</textarea>
    </label>
    <p><button class="primary">Try it</button></p>
  </form>`;
}

function result(tried: unknown): Html {
  const ok = at(tried, 'ok') === true;
  return html`<section class="panel">
      <header>
        <h2>Stages</h2>
        ${ok ? stateBadge('done', 'would be accepted') : toneBadge('warn', 'warn', 'see below')}
      </header>
      <table class="grid stages">
        <thead>
          <tr>
            <th>Stage</th>
            <th>Result</th>
          </tr>
        </thead>
        <tbody>
          ${listAt(tried, 'stages').map((stage) => {
            const good = at(stage, 'ok') === true;
            return html`<tr>
              <td class="lead">
                ${toneBadge(good ? 'ok' : 'bad', good ? 'check' : 'cross', textAt(stage, 'name') ?? '')}
              </td>
              <td>
                ${textAt(stage, 'detail')}
                <small class="muted">${(numberAt(stage, 'ms') ?? 0).toFixed(1)} ms</small>
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </section>
    ${listAt(tried, 'deliveries').map(
      (each) =>
        html`<section class="panel">
          <header>
            <h2>Route ${textAt(each, 'route')}</h2>
            <span class="mono muted"
              >${textAt(each, 'request', 'method')} ${textAt(each, 'request', 'path')}</span
            >
          </header>
          ${bodyView(textAt(each, 'request', 'body') ?? '', 'What would be sent')}
        </section>`,
    )}`;
}
