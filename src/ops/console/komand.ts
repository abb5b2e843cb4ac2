import { Problem } from '../../model/problem.js';
import { entriesAt, listAt, textAt, timeAt } from './fields.js';
import { count, clock, isTime } from './format.js';
import { html, type Html } from './html.js';
import { emptyState, noMatchState } from './list-states.js';
import type { Page, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';
import { circuitBadge, stateBadge } from './state-badge.js';

/** The other side: is it there, are we let in, what became of the jobs. */
export function komandPage(): Page {
  return {
    method: 'GET',
    path: '/komand',
    handler: async (request) => {
      const wanted = request.query.get('job_id')?.trim() ?? '';
      return {
        title: 'Komand',
        section: 'komand',
        body: html`<h1>Komand</h1>
          <form class="filters" action="/komand" method="get">
            <div class="line">
              <label class="wide"
                >Find a job by its job_id
                <input
                  name="job_id"
                  value="${wanted}"
                  autocomplete="off"
                  spellcheck="false"
                  class="mono" /></label
              ><button>Find</button>
            </div>
          </form>
          ${wanted === '' ? '' : await job(wanted, request)}
          <div class="cards" data-live="targets">
            ${await readAnswer(request, 'GET /api/v1/targets', {}, (answer) => targets(answer, request))}
          </div>`,
      };
    },
  };
}

async function job(id: string, request: PageRequest): Promise<Html> {
  const query = new URLSearchParams({ job_id: id });
  const [ours, theirs] = await Promise.all([
    request.call('GET /api/v1/deliveries', { query }).catch(() => undefined),
    request.call('GET /api/v1/komand/jobs/:id', { params: { id } }).catch((error: unknown) => {
      if (error instanceof Problem) return undefined;
      throw error;
    }),
  ]);
  const delivery =
    textAt(ours, 'items', 0, 'id') ?? textAt(theirs, 'delivery_id') ?? textAt(theirs, 'delivery', 'id');
  if (delivery === undefined && theirs === undefined)
    return noMatchState('/komand', 'Neither the bridge nor Komand knows a job of this id.');
  const found = entriesAt(theirs).filter(([, value]) => typeof value !== 'object');
  return html`<section class="panel">
    <header>
      <h2 class="mono">${id}</h2>
      ${delivery === undefined ? '' : html`<a class="button" href="/deliveries/${encodeURIComponent(delivery)}">Its delivery</a>`}
    </header>
    <dl class="pairs">
      ${
        delivery === undefined
          ? ''
          : html`<dt>Outcome</dt>
              <dd>
                ${stateBadge(textAt(ours, 'items', 0, 'outcome') ?? 'unknown')}
                ${textAt(ours, 'items', 0, 'failed_step')}
              </dd>`
      }${found.map(
        ([name, value]) =>
          html`<dt>${name.replaceAll('_', ' ')}</dt>
            <dd>${isTime(value) ? clock(timeAt(value), request.now) : textAt(value)}</dd>`,
      )}
    </dl>
  </section>`;
}

function targets(answer: unknown, { health, now }: PageRequest): Html {
  const items = [...listAt(answer, 'items'), ...listAt(answer, 'targets'), ...listAt(answer)];
  if (items.length === 0)
    return emptyState('No target is known here', 'Targets stand under targets: in the configuration.');
  return html`${items.map((item) => {
    const name = textAt(item, 'name') ?? '';
    const state =
      textAt(item, 'circuit', 'state') ??
      textAt(item, 'circuit') ??
      health.circuits.find(({ target }) => target === name)?.state;
    const jobs = entriesAt(item, 'jobs');
    return html`<section class="panel">
      <header>
        <h2>${name} <small class="muted">${textAt(item, 'url')}</small></h2>
        ${state === undefined ? '' : circuitBadge(state)}
      </header>
      <dl class="strip flat">${rows(item, now)}</dl>
      ${
        jobs.length === 0
          ? ''
          : html`<dl class="strip flat">
              ${jobs.map(
                ([outcome, n]) =>
                  html`<div>
                    <dt>${stateBadge(outcome)}</dt>
                    <dd>${count(Number(n))} jobs</dd>
                  </div>`,
              )}
            </dl>`
      }
    </section>`;
  })}`;
}

/** Whatever else the API tells of a target, in its order: a field that is new there is not hidden here. */
function rows(item: unknown, now: number): Html {
  const shown: Html[] = [];
  const add = (label: string, value: unknown): void => {
    const time = isTime(value) ? timeAt(value) : undefined;
    const text = textAt(value);
    if (text !== undefined)
      shown.push(
        html`<div>
          <dt>${label}</dt>
          <dd>${time === undefined ? text : clock(time, now)}</dd>
        </div>`,
      );
  };
  for (const [name, value] of entriesAt(item)) {
    if (['name', 'url', 'jobs'].includes(name)) continue;
    const label = name.replaceAll('_', ' ');
    if (Array.isArray(value)) add(label, value.map(String).join(', '));
    else if (typeof value === 'object')
      for (const [inner, each] of entriesAt(value)) add(`${label} ${inner.replaceAll('_', ' ')}`, each);
    else add(label, value);
  }
  return html`${shown}`;
}
