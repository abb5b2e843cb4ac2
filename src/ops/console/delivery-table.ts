import { numberAt, textAt, timeAt } from './fields.js';
import { ago, clock, count } from './format.js';
import { html, type Html } from './html.js';
import { stateBadge } from './state-badge.js';

/** Deliveries as the API lists them, one line each. */
export function deliveryTable(
  items: readonly unknown[],
  now: number,
  options: { readonly selectable?: boolean } = {},
): Html {
  const selectable = options.selectable ?? false;
  return html`<table class="grid deliveries">
    <thead>
      <tr>
        ${selectable ? html`<th class="tick"><span class="visually-hidden">Select</span></th>` : ''}
        <th>State</th>
        <th>Received</th>
        <th>Source / route</th>
        <th>Delivery key</th>
        <th class="num">Tries</th>
        <th>Next try</th>
        <th>Komand job</th>
        <th>Error</th>
      </tr>
    </thead>
    <tbody>
      ${items.map((item) => row(item, now, selectable))}
    </tbody>
  </table>`;
}

function row(item: unknown, now: number, selectable: boolean): Html {
  const id = textAt(item, 'id') ?? '';
  const state = textAt(item, 'state') ?? 'unknown';
  const received = timeAt(item, 'received_at');
  const next = timeAt(item, 'next_attempt_at');
  const error = state === 'delivered' ? undefined : textAt(item, 'error_class');
  const tries = numberAt(item, 'attempt_count') ?? 0;
  return html`<tr data-row data-id="${id}">
    ${
      selectable
        ? html`<td class="tick">
            <input type="checkbox" name="id" value="${id}" form="selected" aria-label="Select ${id}" />
          </td>`
        : ''
    }
    <td class="lead">
      <a href="/deliveries/${encodeURIComponent(id)}" data-open aria-label="${state}, open ${id}"
        >${stateBadge(state)}</a
      >
    </td>
    <td class="when">${clock(received, now)} <small class="muted">${ago(received, now)}</small></td>
    <td class="route">
      ${textAt(item, 'source')}<span class="muted"> / ${textAt(item, 'route')}</span>${
        textAt(item, 'replay_of') === undefined ? '' : html` <small class="tag">replay</small>`
      }
    </td>
    <td class="key mono" title="${textAt(item, 'delivery_key')}">${textAt(item, 'delivery_key')}</td>
    <td class="num" data-label="Tries">${count(tries)}</td>
    <td data-label="Next try" class="${next === undefined ? 'empty' : ''}">
      ${next === undefined ? '' : ago(next, now)}
    </td>
    <td class="job" data-label="Job">${job(item, state)}</td>
    <td class="error" data-label="Error">${error === undefined ? '' : html`<code>${error}</code>`}</td>
  </tr>`;
}

function job(item: unknown, state: string): Html {
  const outcome = textAt(item, 'outcome');
  const jobId = textAt(item, 'job_id');
  if (jobId === undefined && outcome === undefined)
    return state === 'delivered' ? html`<span class="muted">trigger</span>` : html``;
  return html`${outcome === undefined ? '' : html`${stateBadge(outcome)} `}<span
      class="mono muted"
      title="${jobId}"
      >${jobId?.slice(0, 8)}</span
    >`;
}
