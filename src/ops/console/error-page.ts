import type { Problem } from '../../model/problem.js';
import { html } from './html.js';
import { icon } from './icon.js';

/** A problem as a page: what is wrong, its code, and the way on. */
export function errorPage(problem: Problem) {
  const title =
    problem.status === 404 ? 'Not found' : problem.status === 403 ? 'Not allowed' : 'That did not work';
  return {
    title,
    section: '',
    status: problem.status,
    body: html`<div class="state bad" role="alert">
      ${icon('warn')}
      <h1>${title}</h1>
      <p>${problem.message}</p>
      <p class="muted mono">${problem.status} ${problem.code}</p>
      <p><a class="button" href="/">Overview</a></p>
    </div>`,
  };
}
