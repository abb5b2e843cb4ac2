import { html, type Html } from './html.js';
import { icon } from './icon.js';

/** What was done, by the word that stands in the address after a change: nobody can put a sentence of theirs there. */
const SENTENCES: Readonly<Record<string, string>> = {
  retried: 'It is tried again now.',
  discarded: 'It was discarded; its record stays.',
  replayed: 'A new delivery was made from it; this is the new one.',
  released: 'It was sent through the present schema and routes.',
  removed: 'It was removed.',
  paused: 'Delivery is paused; webhooks are still accepted.',
  resumed: 'Delivery goes on.',
  cancelled: 'It was cancelled; what was already done stays done.',
  started: 'It has begun.',
};

export function flash(query: URLSearchParams): Html {
  const sentence = SENTENCES[query.get('done') ?? ''];
  return sentence === undefined
    ? html``
    : html`<div class="banner ok" role="status">
        ${icon('check')}
        <p>${sentence}</p>
      </div>`;
}

/** An address with the word of what was done. */
export function withFlash(path: string, done: keyof typeof SENTENCES): string {
  return `${path}${path.includes('?') ? '&' : '?'}done=${done}`;
}

/** What went wrong with a form, above the form. */
export function formError(message: string | undefined): Html {
  return message === undefined
    ? html``
    : html`<div class="banner bad" role="alert">
        ${icon('warn')}
        <p><strong>Not done.</strong> ${message}</p>
      </div>`;
}
