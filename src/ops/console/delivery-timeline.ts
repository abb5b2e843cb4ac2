import { listAt, numberAt, textAt, timeAt } from './fields.js';
import { clock, duration } from './format.js';
import { html, type Html } from './html.js';
import { icon, type IconName } from './icon.js';
import { stateBadge } from './state-badge.js';

type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle';

/** How each attempt's word looks. Waiting for a target is no failure of the event. */
const OUTCOMES: Readonly<Record<string, readonly [Tone, IconName, string]>> = {
  delivered: ['ok', 'check', 'delivered'],
  retry: ['warn', 'retry', 'to be tried again'],
  relogin: ['warn', 'retry', 'the session had ended'],
  rejected: ['bad', 'cross', 'refused'],
  ambiguous: ['warn', 'warn', 'sent, but no answer'],
  'target-down': ['warn', 'pause', 'the target is away; not counted'],
  'route-broken': ['bad', 'pause', 'the route is broken; not counted'],
  interrupted: ['idle', 'pause', 'interrupted; not counted'],
};

const REACHED: Readonly<Record<string, string>> = {
  not_sent: 'Nothing was sent.',
  sent_no_answer: 'It was sent; no answer came.',
  answered: 'The target answered.',
};

/** From the request to the end, in order, with the time between. */
export function deliveryTimeline(item: unknown, now: number): Html {
  const received = timeAt(item, 'received_at');
  const attempts = listAt(item, 'attempts');
  const kept = attempts.length;
  const missing = (numberAt(item, 'attempt_count') ?? kept) - kept;
  let last = received;
  return html`<ol class="timeline">
    <li class="info">
      <span class="dot">${icon('info')}</span>
      <div>
        <p><b>Received</b> ${clock(received, now)}</p>
        <p class="muted">Authentic, valid, stored and acknowledged.</p>
      </div>
    </li>
    ${
      missing > 0
        ? html`<li class="idle">
            <span class="dot">${icon('dots')}</span>
            <div><p class="muted">${missing} attempts between the first and the last are not kept.</p></div>
          </li>`
        : ''
    }
    ${attempts.map((attempt) => {
      const started = timeAt(attempt, 'started_at');
      const waited = started === undefined || last === undefined ? undefined : started - last;
      last = started === undefined ? last : started + (numberAt(attempt, 'duration_ms') ?? 0);
      return attemptItem(attempt, waited, now);
    })}
    ${end(item, now)}
  </ol>`;
}

function attemptItem(attempt: unknown, waited: number | undefined, now: number): Html {
  const word = textAt(attempt, 'outcome') ?? 'unknown';
  const [tone, name, label] = OUTCOMES[word] ?? ['idle', 'info', word];
  const status = textAt(attempt, 'status');
  const answer = textAt(attempt, 'answer');
  const next = timeAt(attempt, 'next_attempt_at');
  const reached = REACHED[textAt(attempt, 'reached') ?? ''];
  const errorClass = textAt(attempt, 'error_class');
  return html`<li class="${tone}" id="attempt-${textAt(attempt, 'number')}">
    ${
      waited !== undefined && waited > 1_000 ? html`<span class="gap">${duration(waited)} later</span>` : ''
    }<span class="dot">${icon(name)}</span>
    <div>
      <p>
        <b>Attempt ${textAt(attempt, 'number')}</b> ${clock(timeAt(attempt, 'started_at'), now)}
        <span class="${tone}">${label}</span>
        <span class="muted">in ${duration(numberAt(attempt, 'duration_ms') ?? 0)}</span>${
          status === undefined ? '' : html` <code>HTTP ${status}</code>`
        }${errorClass === undefined ? '' : html` <code>${errorClass}</code>`}
      </p>
      ${textAt(attempt, 'reason') === undefined ? '' : html`<p>${textAt(attempt, 'reason')}</p>`}
      ${reached === undefined ? '' : html`<p class="muted">${reached}${next === undefined ? '' : html` Next try at ${clock(next, now)}.`}</p>`}
      ${
        answer === undefined
          ? ''
          : html`<details>
              <summary>Answer</summary>
              <pre tabindex="0">${answer}</pre>
            </details>`
      }
    </div>
  </li>`;
}

/** What stands at the end: a job and its outcome, a dead letter, or that it goes on. */
function end(item: unknown, now: number): Html {
  const state = textAt(item, 'state') ?? '';
  const outcome = textAt(item, 'outcome');
  const line = (tone: Tone, name: IconName, body: Html): Html =>
    html`<li class="${tone}">
      <span class="dot">${icon(name)}</span>
      <div>${body}</div>
    </li>`;
  if (state === 'delivered' && outcome !== undefined) {
    const tone = outcome === 'succeeded' ? 'ok' : outcome === 'failed' ? 'bad' : 'info';
    const step = textAt(item, 'failed_step');
    return line(
      tone,
      tone === 'bad' ? 'cross' : tone === 'ok' ? 'check' : 'dots',
      html`<p><b>Komand job</b> ${stateBadge(outcome)}</p>
        ${step === undefined ? '' : html`<p>Failed at the step <b>${step}</b>. It was delivered, so it is not sent again by itself.</p>`}`,
    );
  }
  if (state === 'dead')
    return line('bad', 'cross', html`<p><b>Dead letter.</b> It is not tried again by itself.</p>`);
  if (state === 'discarded') return line('idle', 'slash', html`<p><b>Discarded</b> by a person.</p>`);
  if (state === 'scheduled')
    return line(
      'warn',
      'clock',
      html`<p><b>Waits</b> for its next try at ${clock(timeAt(item, 'next_attempt_at'), now)}.</p>`,
    );
  if (state === 'queued') return line('info', 'dots', html`<p><b>Waits</b> for a worker.</p>`);
  if (state === 'active') return line('info', 'play', html`<p>A worker has it <b>now</b>.</p>`);
  return html``;
}
