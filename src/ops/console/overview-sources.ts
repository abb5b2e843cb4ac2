import { ago, count, rate } from './format.js';
import type { History } from './history.js';
import { html, type Html } from './html.js';
import { emptyState } from './list-states.js';
import type { PageRequest } from './page.js';
import type { BridgeHealth, ConsoleSource, SourceTotals } from './ports.js';
import { share } from './overview-share.js';
import { circuitBadge, toneBadge } from './state-badge.js';

/** A line for each source: what comes in, what goes out, what is stuck. */
export function overviewSources(deps: {
  readonly history: History;
  readonly sources: () => readonly ConsoleSource[];
  readonly request: PageRequest;
}): Html {
  const { history, request } = deps;
  const sources = deps.sources();
  if (sources.length === 0)
    return emptyState(
      'No source is configured',
      'Add one under sources: in the configuration; it takes effect at once.',
    );
  const totals = new Map(history.totals().map((total) => [total.source, total]));
  return html`<section class="panel">
    <header>
      <h2>Sources</h2>
      <span class="muted">${count(sources.length)}</span>
    </header>
    <table class="grid">
      <thead>
        <tr>
          <th>Source</th>
          <th class="num">Accepted/min</th>
          <th class="num">Delivered</th>
          <th class="num">Waiting</th>
          <th>Oldest undelivered</th>
          <th class="num">Dead</th>
          <th>Last event</th>
          <th>Target</th>
        </tr>
      </thead>
      <tbody>
        ${sources.map((source) =>
          row(source, totals.get(source.name), history.acceptedPerMinute(source.name), request),
        )}
      </tbody>
    </table>
  </section>`;
}

function row(
  { name, preset, routes, expectedIntervalMs }: ConsoleSource,
  total: SourceTotals | undefined,
  perMinute: number,
  { now, health }: PageRequest,
): Html {
  const list = `/deliveries?source=${encodeURIComponent(name)}`;
  const targets = [...new Set(routes.map(({ target }) => target))];
  const known = (shown: (total: SourceTotals) => Html | string): Html | string =>
    total === undefined ? html`<span class="none">–</span>` : shown(total);
  return html`<tr data-row>
    <td class="lead"><a href="${list}" data-open>${name}</a> <small class="muted">${preset}</small></td>
    <td class="num" data-label="Accepted/min">${known(() => rate(perMinute))}</td>
    <td class="num" data-label="Delivered">${known((t) => share(t.delivered, t.dead))}</td>
    <td class="num" data-label="Waiting">${known((t) => count(t.waiting))}</td>
    <td data-label="Oldest">
      ${known((t) => (t.oldestAt === undefined ? html`<span class="none">–</span>` : ago(t.oldestAt, now)))}
    </td>
    <td class="num" data-label="Dead">
      ${known((t) => (t.dead === 0 ? '0' : html`<a class="bad" href="${list}&amp;state=dead">${count(t.dead)}</a>`))}
    </td>
    <td data-label="Last event">${known((t) => lastEvent(t.lastEventAt, expectedIntervalMs, now))}</td>
    <td data-label="Target">
      ${targets.map((target) => html`<span class="pair">${target} ${circuitOf(target, health)}</span> `)}
    </td>
  </tr>`;
}

function lastEvent(at: number | undefined, expected: number | undefined, now: number): Html {
  if (at === undefined) return html`<span class="none">never</span>`;
  const silent = expected !== undefined && now - at > expected;
  return html`${ago(at, now)}${silent ? html` ${toneBadge('warn', 'warn', 'silent')}` : ''}`;
}

function circuitOf(target: string, { circuits }: BridgeHealth): Html {
  const found = circuits.find((circuit) => circuit.target === target);
  return found === undefined ? html`` : circuitBadge(found.state);
}
