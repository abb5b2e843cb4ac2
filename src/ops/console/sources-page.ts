import { callBack, reasonOf } from './call-back.js';
import { changeForm } from './change-form.js';
import { at, listAt, numberAt, textAt } from './fields.js';
import { flash, formError, withFlash } from './flash.js';
import { ago, count, duration, rate } from './format.js';
import type { History } from './history.js';
import { html, type Html } from './html.js';
import { emptyState } from './list-states.js';
import type { Page, PageAnswer, PageRequest } from './page.js';
import type { ConsoleSource } from './ports.js';
import { stateBadge, toneBadge } from './state-badge.js';

export interface SourcesDeps {
  readonly history: History;
  readonly sources: () => readonly ConsoleSource[];
}

/** Sources: what each sends, where it goes, and the switch to hold its deliveries back. */
export function sourcesPages(deps: SourcesDeps): readonly Page[] {
  const change = (verb: 'pause' | 'resume', done: 'paused' | 'resumed'): Page => ({
    method: 'POST',
    path: `/sources/:name/${verb}`,
    handler: (request) => {
      const input = { params: { name: request.params['name'] ?? '' }, body: { reason: reasonOf(request) } };
      return callBack(
        async () => {
          await request.call(`POST /api/v1/sources/:name/${verb}`, input);
          return withFlash('/sources', done);
        },
        (wrong) => show(deps, request, wrong),
      );
    },
  });
  return [
    { method: 'GET', path: '/sources', handler: (request) => show(deps, request) },
    change('pause', 'paused'),
    change('resume', 'resumed'),
  ];
}

async function show(
  { history, sources }: SourcesDeps,
  request: PageRequest,
  wrong?: { readonly message: string; readonly status: number },
): Promise<PageAnswer> {
  // Without the store the configuration is still known
  const answer = await request.call('GET /api/v1/sources').catch(() => undefined);
  const live = [...listAt(answer, 'items'), ...listAt(answer)];
  const all = sources();
  return {
    title: 'Sources',
    section: 'sources',
    ...(wrong === undefined ? {} : { status: wrong.status }),
    body: html`<h1>Sources</h1>
      ${flash(request.query)}${formError(wrong?.message)}
      ${all.length === 0 ? emptyState('No source is configured', 'Add one under sources: in the configuration; it takes effect at once.') : ''}
      <div class="cards">
        ${all.map((source) => {
          const known = live.find((item) => textAt(item, 'name') === source.name);
          return card(source, known, history, request);
        })}
      </div>`,
  };
}

function card(source: ConsoleSource, known: unknown, history: History, request: PageRequest): Html {
  const { name, preset, routes, expectedIntervalMs } = source;
  const total = history.totals().find((each) => each.source === name);
  const address = `/sources/${encodeURIComponent(name)}`;
  const paused = at(known, 'paused') === true || textAt(known, 'paused', 'by') !== undefined;
  const silent =
    expectedIntervalMs !== undefined &&
    total?.lastEventAt !== undefined &&
    request.now - total.lastEventAt > expectedIntervalMs;
  const { csrfToken, principal } = request;
  return html`<section class="panel">
    <header>
      <h2>
        <a href="/deliveries?source=${encodeURIComponent(name)}">${name}</a>
        <small class="muted">${preset}</small>
      </h2>
      ${paused ? stateBadge('paused') : ''}${silent ? toneBadge('warn', 'warn', 'silent for longer than expected') : ''}${
        principal.role === 'operator' ? html`<a class="button" href="${address}/try">Try a payload</a>` : ''
      }
    </header>
    <dl class="strip flat">
      <div>
        <dt>Accepted a minute</dt>
        <dd>${rate(history.acceptedPerMinute(name))}</dd>
      </div>
      <div>
        <dt>Last event</dt>
        <dd>${ago(total?.lastEventAt, request.now)}</dd>
      </div>
      ${
        expectedIntervalMs === undefined
          ? ''
          : html`<div>
              <dt>Expected every</dt>
              <dd>${duration(expectedIntervalMs)}</dd>
            </div>`
      }
      ${countFact(name, known, 'Waiting', ['queued', 'active', 'scheduled'])}${countFact(name, known, 'Dead letters', ['dead'])}
      ${routes.map(
        (route) =>
          html`<div class="broad">
            <dt>Route ${route.name}</dt>
            <dd>${route.target} <small class="mono muted">${route.endpoint}</small></dd>
          </div>`,
      )}
    </dl>
    ${
      principal.role !== 'operator'
        ? ''
        : html`<details class="pad">
            <summary>${paused ? 'Resume delivery' : 'Pause delivery'}</summary>
            ${
              paused
                ? changeForm({
                    action: `${address}/resume`,
                    csrfToken,
                    label: 'Resume',
                    name: 'resume',
                    kind: 'primary',
                  })
                : changeForm({
                    action: `${address}/pause`,
                    csrfToken,
                    label: 'Pause',
                    name: 'pause',
                    hint: 'Webhooks are still accepted and kept; nothing is delivered until it is resumed.',
                  })
            }
          </details>`
    }
  </section>`;
}

/** How many deliveries are in these states, where the store could tell. */
function countFact(source: string, known: unknown, label: string, states: readonly string[]): Html {
  const numbers = states.map((state) => numberAt(known, 'counts', state));
  if (numbers.some((n) => n === undefined)) return html``;
  const sum = numbers.reduce<number>((all, n) => all + (n ?? 0), 0);
  const address = `/deliveries?${new URLSearchParams({ source, state: states[0] ?? '' }).toString()}`;
  return html`<div>
    <dt>${label}</dt>
    <dd>${sum === 0 ? '0' : html`<a href="${address}">${count(sum)}</a>`}</dd>
  </div>`;
}
