import { formError } from './flash.js';
import { html } from './html.js';

const WRONG = 'That is not an operations token, or it is no longer in force.';
const TOO_OFTEN = 'Too many wrong tokens from this address. Wait a minute.';

/** The only screen for strangers. It tells nothing about the bridge. */
export function signInPage(query: URLSearchParams) {
  const error = query.get('error');
  return {
    title: 'Sign in',
    section: '',
    body: html`<form class="sign-in" action="/login" method="post">
      <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path
          d="M2 17.500h20M5 17.500V7m14 10.500V7M2 11c2 0 3-1.600 3-4 0 6 3.500 8.500 7 8.500S19 13 19 7c0 2.400 1 4 3 4M9 15v2.500m6-2.500v2.500"
        />
      </svg>
      <h1>Komand Bridge</h1>
      ${formError(error === null ? undefined : error === 'limit' ? TOO_OFTEN : WRONG)}
      <label for="token">Operations token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        required
        autofocus
        spellcheck="false"
      />
      <input type="hidden" name="next" value="${query.get('next') ?? '/'}" />
      <button class="primary">Sign in</button>
      <p class="muted">
        The token stands under <code>ops.tokens</code> of the configuration; the demo prints it at the start.
      </p>
    </form>`,
  };
}
