import { at, entriesAt, textAt } from './fields.js';
import { bytes, clock, count, isTime } from './format.js';
import { html, type Html, type Part } from './html.js';
import type { Page, PageRequest } from './page.js';
import { readAnswer } from './read-answer.js';
import { toneBadge } from './state-badge.js';

/** The bridge itself: how safe its store is, who works, what is configured and where each value came from. */
export function systemPage(): Page {
  return {
    method: 'GET',
    path: '/system',
    handler: async (request) => ({
      title: 'System',
      section: 'system',
      body: html`<h1>System</h1>
        <div data-live="store">${store(request)}</div>
        ${await readAnswer(request, 'GET /api/v1/system', {}, (answer) => html`${parts(answer, request.now)}${config(answer)}`)}`,
    }),
  };
}

function store({ health }: PageRequest): Html {
  const { redis, workers, spool } = health;
  const durable = redis.durable;
  return html`<dl class="strip">
    <div>
      <dt>Redis</dt>
      <dd>
        ${redis.up ? toneBadge('ok', 'check', 'up') : toneBadge('bad', 'cross', 'away')}
        <small class="muted">${redis.detail}</small>
      </dd>
    </div>
    <div>
      <dt>Durability</dt>
      <dd>
        ${durable === undefined ? 'not known' : durable ? toneBadge('ok', 'shield', 'durable') : toneBadge('warn', 'warn', 'not fully durable')}
        <small class="muted">${redis.durability}</small>
      </dd>
    </div>
    <div>
      <dt>Workers</dt>
      <dd>${workers === undefined ? 'not known' : count(workers)}</dd>
    </div>
    <div>
      <dt>Spool of this process</dt>
      <dd>
        ${spool === undefined ? 'no door is open here' : `${count(spool.events)} events, ${bytes(spool.bytes)} of ${bytes(spool.maxBytes)}`}
      </dd>
    </div>
  </dl>`;
}

/** Everything the API tells but the configuration, each part as a table of its fields. */
function parts(answer: unknown, now: number): Html {
  const shown = entriesAt(answer).filter(([name]) => !['config', 'origins'].includes(name));
  const plain = shown.filter(([, value]) => typeof value !== 'object');
  const deep = shown.filter(([, value]) => typeof value === 'object' && value !== null);
  const table = (heading: string, rows: readonly (readonly [string, string])[]): Html =>
    rows.length === 0
      ? html``
      : html`<section class="panel">
          <header><h2>${heading}</h2></header>
          <dl class="pairs">
            ${rows.map(
              ([name, value]) =>
                html`<dt>${name.replaceAll('_', ' ')}</dt>
                  <dd>${shownAs(name, value, now)}</dd>`,
            )}
          </dl>
        </section>`;
  return html`<div class="cards two">
    ${table(
      'Process',
      plain.map(([name, value]) => [name, textAt(value) ?? '–']),
    )}${deep.map(([name, value]) => table(title(name), leaves(value)))}
  </div>`;
}

/** A time and a size as people read them, anything else as it is. */
function shownAs(name: string, value: string, now: number): Part {
  if (isTime(value)) return clock(Date.parse(value), now);
  return name.endsWith('bytes') && /^\d+$/.test(value) ? bytes(Number(value)) : value;
}

function title(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

/** The configuration as one line for each value, with where it came from. Secrets are redacted by the API. */
function config(answer: unknown): Html {
  const origins = at(answer, 'origins');
  const rows = leaves(at(answer, 'config'), '/');
  if (rows.length === 0) return html``;
  return html`<section class="panel">
    <header>
      <h2>Effective configuration</h2>
      <span class="muted">${count(rows.length)} values</span>
    </header>
    <table class="grid config">
      <thead>
        <tr>
          <th>Setting</th>
          <th>Value</th>
          <th>From</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([path, value]) =>
            html`<tr data-row>
              <td class="lead mono">${path.slice(1).replaceAll('/', '.')}</td>
              <td class="mono">${value}</td>
              <td class="muted">${textAt(origins, path)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** Scalars below a value by their paths: JSON pointers, or words for people. */
function leaves(
  value: unknown,
  separator: '/' | ' ' = ' ',
  path = '',
): readonly (readonly [string, string])[] {
  const inner: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, i) => [String(i), item] as const)
    : entriesAt(value);
  if (inner.length > 0) {
    return inner.flatMap(([name, item]) => {
      const key = separator === '/' ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
      return leaves(item, separator, separator === '/' || path !== '' ? `${path}${separator}${key}` : key);
    });
  }
  return path === '' ? [] : [[path, textAt(value) ?? '–']];
}
