import { Problem } from '../../model/problem.js';
import { html, type Html } from './html.js';
import { hidden } from './layout.js';
import type { Page, PageRequest } from './page.js';

const ACTIONS = ['retry', 'discard'] as const;
const MAX_SELECTED = 200;

/** What to do with the ticked lines of a list. The boxes belong to this form by its id. */
export function selectionForm({ csrfToken, url }: PageRequest): Html {
  return html`<form
    id="selected"
    class="selection"
    action="/deliveries/selected"
    method="post"
    data-selection
  >
    ${hidden({ csrf: csrfToken, back: url })}
    <span class="muted" data-selected>Tick lines (or press x) to act on several.</span>
    <label class="wide"
      ><span class="visually-hidden">Reason</span
      ><input name="reason" required maxlength="500" placeholder="Reason, kept in the audit trail"
    /></label>
    <button name="action" value="retry">Retry</button
    ><button name="action" value="discard" class="danger">Discard</button>
  </form>`;
}

/** Acts on exactly the ticked deliveries, one after the other, and tells how each went. */
export function selectionPage(): Page {
  return {
    method: 'POST',
    path: '/deliveries/selected',
    handler: async (request) => {
      const { form, call } = request;
      const ids = [...new Set(form.getAll('id'))];
      const action = ACTIONS.find((known) => known === form.get('action'));
      if (action === undefined || ids.length === 0 || ids.length > MAX_SELECTED) {
        throw new Problem('bad_request', 400, `Tick 1 to ${MAX_SELECTED} deliveries first.`);
      }
      const results: { readonly id: string; readonly problem: string | undefined }[] = [];
      for (const id of ids) {
        const body = { reason: form.get('reason') ?? '' };
        results.push({
          id,
          problem: await call(`POST /api/v1/deliveries/:id/${action}`, { params: { id }, body }).then(
            () => undefined,
            (error: unknown) => {
              if (error instanceof Problem) return error.message;
              throw error;
            },
          ),
        });
      }
      const failed = results.filter(({ problem }) => problem !== undefined);
      return {
        title: 'Done',
        section: 'deliveries',
        body: html`<h1>
            ${action === 'retry' ? 'Retry' : 'Discard'}: ${results.length - failed.length} of
            ${results.length} done
          </h1>
          <table class="grid">
            <thead>
              <tr>
                <th>Delivery</th>
                <th>Result</th>
              </tr>
            </thead>
            <tbody>
              ${results.map(
                ({ id, problem }) =>
                  html`<tr data-row>
                    <td class="lead mono">
                      <a href="/deliveries/${encodeURIComponent(id)}" data-open>${id}</a>
                    </td>
                    <td>${problem ?? 'done'}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          <p><a class="button" href="${backTo(request)}">Back to the list</a></p>`,
      };
    },
  };
}

function backTo({ form }: PageRequest): string {
  const back = form.get('back') ?? '';
  return back.startsWith('/deliveries') ? back : '/deliveries';
}
