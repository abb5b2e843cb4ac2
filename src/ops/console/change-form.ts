import { html, type Html } from './html.js';
import { hidden } from './layout.js';

/** A form with one button and the reason that every change carries. */
export function changeForm(spec: {
  readonly action: string;
  readonly csrfToken: string;
  readonly label: string;
  /** Names the change for scripts, tests and screen readers: `retry`. */
  readonly name: string;
  readonly kind?: 'primary' | 'danger' | '';
  readonly hint?: string;
  readonly reason?: string;
  readonly fields?: Readonly<Record<string, string>>;
}): Html {
  const { action, csrfToken, label, name, kind = '', hint, reason = '', fields = {} } = spec;
  return html`<form action="${action}" method="post" data-action="${name}">
    ${hidden({ csrf: csrfToken, ...fields })} ${hint === undefined ? '' : html`<p class="muted">${hint}</p>`}
    <div class="line">
      <label class="wide"
        ><span class="visually-hidden">Reason to ${name}</span
        ><input
          name="reason"
          required
          maxlength="500"
          placeholder="Reason"
          value="${reason}"
          autocomplete="off"
      /></label>
      <button class="${kind}">${label}</button>
    </div>
  </form>`;
}
