import { changeForm } from './change-form.js';
import { textAt } from './fields.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import type { PageRequest } from './page.js';

/** What can be done with a delivery in its state. Each form carries a reason. */
export function deliveryActions(item: unknown, request: PageRequest, draft?: URLSearchParams): Html {
  const id = textAt(item, 'id') ?? '';
  const state = textAt(item, 'state') ?? '';
  if (request.principal.role !== 'operator') {
    return html`<section class="panel actions" id="actions">
      <header><h2>Actions</h2></header>
      <p class="pad muted">Your token may look, not change.</p>
    </section>`;
  }
  const address = `/deliveries/${encodeURIComponent(id)}`;
  const { csrfToken } = request;
  const reason = draft?.get('reason') ?? '';
  const repeatable = state === 'dead' || state === 'scheduled';
  const discardable = repeatable || state === 'queued';
  return html`<section class="panel actions" id="actions">
    <header><h2>Actions</h2></header>
    ${repeatable && changeForm({ action: `${address}/retry`, csrfToken, label: 'Retry now', name: 'retry', kind: 'primary', reason, hint: state === 'dead' ? 'Its tries begin anew; its id stays.' : 'Does not wait for the next try.' })}
    ${discardable && changeForm({ action: `${address}/discard`, csrfToken, label: 'Discard', name: 'discard', kind: 'danger', reason, hint: 'Taken out for good; the record stays.' })}
    ${replayForm(item, request, address, draft)}
  </section>`;
}

function replayForm(
  item: unknown,
  { csrfToken }: PageRequest,
  address: string,
  draft: URLSearchParams | undefined,
): Html {
  const body = draft?.get('body') ?? textAt(item, 'body') ?? '';
  const edited = draft?.has('body') ?? false;
  return html`<details${edited ? html` open` : ''}><summary>Replay with an edited body</summary>
<form action="${address}/replay" method="post" data-action="replay">${hidden({ csrf: csrfToken })}
<p class="muted">Makes a new delivery of the same event; this one stays as it is. The body must match the source's schema.</p>
<label><span class="visually-hidden">Body</span><textarea name="body" rows="12" spellcheck="false" class="mono">
${body}</textarea></label>
<div class="line"><label class="wide"><span class="visually-hidden">Reason to replay</span><input name="reason" required maxlength="500" placeholder="Reason" value="${draft?.get('reason') ?? ''}" autocomplete="off"></label>
<button>Replay</button></div></form></details>`;
}
