import { Problem } from '../../model/problem.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';

/** Nothing was ever there. */
export function emptyState(title: string, sentence: string): Html {
  return html`<div class="state">
    ${icon('info')}
    <h2>${title}</h2>
    <p>${sentence}</p>
  </div>`;
}

/** Something is there, but not this. */
export function noMatchState(clear: string, sentence = 'Nothing matches these filters.'): Html {
  return html`<div class="state">
    ${icon('search')}
    <h2>No match</h2>
    <p>${sentence}</p>
    <p><a class="button" href="${clear}">Clear filters</a></p>
  </div>`;
}

/** It could not be read: what the bridge says of it, and the way to try again. */
export function errorState(error: unknown, again: string): Html {
  if (!(error instanceof Problem)) throw error;
  return html`<div class="state bad" role="alert">
    ${icon('warn')}
    <h2>This could not be read</h2>
    <p>${error.message}</p>
    <p><a class="button" href="${again}">Try again</a></p>
  </div>`;
}

/** The way to older entries, where there are any. */
export function pager(older: string | undefined): Html {
  if (older === undefined) return html``;
  return html`<div class="pager">
    <p></p>
    <a class="button" rel="next" href="${older}">Older</a>
  </div>`;
}
