import { numberAt, textAt, timeAt } from './fields.js';
import { ago, clock, count, duration } from './format.js';
import { html, type Html, type Part } from './html.js';
import { icon } from './icon.js';
import { stateBadge } from './state-badge.js';

/** The strip under the title: when, how long, how often, which job. */
export function deliveryFacts(item: unknown, now: number): Html {
  const received = timeAt(item, 'received_at');
  const delivered = timeAt(item, 'delivered_at');
  const next = timeAt(item, 'next_attempt_at');
  return html`<dl class="strip">
    ${fact('Received', html`${clock(received, now)} <small class="muted">${ago(received, now)}</small>`)}
    ${delivered === undefined ? '' : fact('Delivered', html`${clock(delivered, now)}${received === undefined ? '' : html` <small class="muted">after ${duration(delivered - received)}</small>`}`)}
    ${next === undefined ? '' : fact('Next try', ago(next, now))}
    ${fact('Tries', count(numberAt(item, 'attempt_count') ?? 0))}
    ${fact('Route', html`${textAt(item, 'source')} / ${textAt(item, 'route')}`)}
    ${fact('Delivery key', html`<span class="mono">${textAt(item, 'delivery_key')}</span>`)}
    ${fact('Event', html`<span class="mono">${textAt(item, 'event_id')}</span>`)}
    ${fact('Request', html`<span class="mono">${textAt(item, 'request_id')}</span>`)} ${jobFact(item)}
    ${replayFact(item)}
  </dl>`;
}

function jobFact(item: unknown): Html {
  const jobId = textAt(item, 'job_id');
  const outcome = textAt(item, 'outcome');
  const step = textAt(item, 'failed_step');
  if (jobId === undefined && outcome === undefined) return html``;
  const url = textAt(item, 'job_url');
  // Built from the configured address; anything else is shown as text, not as a link
  const link =
    url !== undefined && /^https?:\/\//.test(url)
      ? html`<a href="${url}" rel="noreferrer noopener" target="_blank" class="mono"
          >${jobId}${icon('link')}</a
        >`
      : html`<span class="mono">${jobId}</span>`;
  return fact(
    'Komand job',
    html`${link}
    ${outcome === undefined ? '' : stateBadge(outcome)}${step === undefined ? '' : html` <small>failed at <b>${step}</b></small>`}`,
  );
}

function replayFact(item: unknown): Html {
  const original = textAt(item, 'replay_of');
  if (original === undefined) return html``;
  return fact(
    'Replay of',
    html`<a class="mono" href="/deliveries/${encodeURIComponent(original)}">${original}</a>
      <small class="muted">by ${textAt(item, 'replay', 'by')}: ${textAt(item, 'replay', 'reason')}</small>`,
  );
}

function fact(label: string, value: Part): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}
