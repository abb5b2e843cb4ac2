import { chart } from './charts.js';
import { count, duration, rate } from './format.js';
import { quantile, type Bucket, type History, type Range } from './history.js';
import { html, type Html } from './html.js';
import { share } from './overview-share.js';
import { overviewSources } from './overview-sources.js';
import type { Page, PageRequest } from './page.js';
import type { ConsoleSource } from './ports.js';

/** The first screen: is all well, where not, and how it went. */
export function overviewPage(deps: {
  readonly history: History;
  readonly sources: () => readonly ConsoleSource[];
}): Page {
  return {
    method: 'GET',
    path: '/',
    handler: (request) => {
      const range: Range = request.query.get('range') === '24h' ? '24h' : '1h';
      return {
        title: 'Overview',
        section: 'overview',
        body: html`<h1 class="visually-hidden">Overview</h1>
          <div data-live="overview">
            ${figures(deps.history, request)} ${overviewSources({ ...deps, request })}
          </div>
          <section class="panel">
            <header>
              <h2>Last ${range === '1h' ? 'hour' : '24 hours'}</h2>
              <nav class="segments" aria-label="Range">
                ${rangeLink('1h', range)}${rangeLink('24h', range)}
              </nav>
            </header>
            <div class="charts" data-live="charts">${charts(deps.history, range)}</div>
          </section>`,
      };
    },
  };
}

function rangeLink(range: Range, current: Range): Html {
  return html`<a href="/?range=${range}" ${range === current ? html` aria-current="true"` : ''}>${range}</a>`;
}

/** The numbers that a person asks for first, each a way to what is behind it. */
function figures(history: History, { health, now }: PageRequest): Html {
  const totals = history.totals();
  const sum = (pick: (total: (typeof totals)[number]) => number): number =>
    totals.reduce((all, total) => all + pick(total), 0);
  const perMinute = totals.reduce((all, { source }) => all + history.acceptedPerMinute(source), 0);
  const oldest = totals.map(({ oldestAt }) => oldestAt).filter((at) => at !== undefined);
  const waitedFor = oldest.length === 0 ? 0 : now - Math.min(...oldest);
  if (totals.length === 0 && !health.redis.up) return html``;
  return html`<ul class="figures">
    ${figure('/deliveries', 'Accepted a minute', rate(perMinute), `${count(sum((t) => t.accepted))} in all`)}
    ${figure(
      '/deliveries?state=delivered',
      'Delivered',
      share(
        sum((t) => t.delivered),
        sum((t) => t.dead),
      ),
      `${count(sum((t) => t.delivered))} deliveries`,
    )}
    ${figure('/deliveries?state=queued', 'Waiting', count(sum((t) => t.waiting)), oldest.length === 0 ? 'nothing waits' : `oldest for ${duration(waitedFor)}`, waitedFor > 60_000 ? 'warn' : '')}
    ${figure('/dead', 'Dead letters', count(sum((t) => t.dead)), sum((t) => t.dead) === 0 ? 'none to look at' : 'need a person', sum((t) => t.dead) > 0 ? 'bad' : '')}
  </ul>`;
}

function figure(href: string, label: string, value: string, under: string, tone = ''): Html {
  return html`<li class="${tone}">
    <a href="${href}"><span>${label}</span><b>${value}</b><small>${under}</small></a>
  </li>`;
}

function charts(history: History, range: Range): Html {
  const buckets = history.buckets(range);
  const times = buckets.map(({ at }) => at);
  const minutes = range === '1h' ? 1 : 15;
  const of = (pick: (bucket: Bucket) => number | undefined): readonly (number | undefined)[] =>
    buckets.map(pick);
  const attempts = (...words: readonly string[]) =>
    of(({ attempts: made }) => words.reduce((all, word) => all + (made.get(word) ?? 0), 0));
  return html` ${chart({
    title: 'Throughput, a minute',
    kind: 'lines',
    times,
    format: rate,
    series: [
      { label: 'accepted', tone: 'one', values: of((b) => b.accepted / minutes) },
      { label: 'delivered', tone: 'two', values: of((b) => b.delivered / minutes) },
    ],
  })}
  ${chart({
    title: 'Waiting',
    kind: 'area',
    times,
    format: count,
    series: [{ label: 'queued, active, scheduled', tone: 'one', values: of((b) => b.waiting) }],
  })}
  ${chart({
    title: 'Acceptance to delivery',
    kind: 'lines',
    times,
    format: duration,
    series: [
      { label: 'median', tone: 'two', values: of((b) => quantile(b.latencies, 0.5)) },
      { label: '95th percentile', tone: 'warn', values: of((b) => quantile(b.latencies, 0.95)) },
    ],
    note: 'As seen by the worker in this process.',
  })}
  ${chart({
    title: 'Attempts by how they ended',
    kind: 'bars',
    times,
    format: count,
    series: [
      { label: 'delivered', tone: 'ok', values: attempts('delivered') },
      {
        label: 'to be tried again',
        tone: 'warn',
        values: attempts('retry', 'relogin', 'target-down', 'ambiguous', 'interrupted'),
      },
      { label: 'refused', tone: 'bad', values: attempts('rejected', 'route-broken') },
    ],
  })}`;
}
