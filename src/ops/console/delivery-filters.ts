import { OUTCOMES, STATES } from '../admin/delivery-filter.js';
import { listAddress, type Filter } from './delivery-query.js';
import { count } from './format.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';
import { hidden } from './layout.js';

const CLASSES = [
  'http_4xx',
  'http_429',
  'http_5xx',
  'timeout',
  'connection',
  'tls',
  'dns',
  'auth',
  'permission',
  'not_found',
  'redirect',
  'bad_answer',
  'mapping',
  'circuit_open',
  'shutdown',
  'poison',
];

/** States as tabs with their exact counts; a count is of the source that is chosen, before the other filters. */
export function stateTabs(
  filters: ReadonlyMap<Filter, string>,
  counts: Readonly<Record<string, number>> | undefined,
): Html {
  const current = filters.get('state');
  const all = counts === undefined ? undefined : Object.values(counts).reduce((sum, n) => sum + n, 0);
  const tab = (state: string | undefined, label: string, n: number | undefined): Html =>
    html`<a href="${listAddress(filters, { state })}" ${state === current ? html` aria-current="true"` : ''}
      >${label}${n === undefined ? '' : html` <span class="n">${count(n)}</span>`}</a
    >`;
  return html`<nav class="segments states" aria-label="State">
    ${tab(undefined, 'all', all)}${STATES.map((state) => tab(state, state, counts?.[state]))}
  </nav>`;
}

/** The form of all filters. It is sent by GET: what is looked for stands in the address and can be passed on. */
export function filterForm(
  filters: ReadonlyMap<Filter, string>,
  sources: readonly { readonly name: string; readonly routes: readonly { readonly name: string }[] }[],
): Html {
  const rare: readonly Filter[] = [
    'route',
    'outcome',
    'error_class',
    'http_code',
    'from',
    'to',
    'delivery_key',
    'job_id',
    'body_field',
  ];
  const routes = [...new Set(sources.flatMap((source) => source.routes.map(({ name }) => name)))].sort();
  return html`<form class="filters" action="/deliveries" method="get">
${(['state', 'fingerprint'] as const).map((name) => {
  const value = filters.get(name);
  return value === undefined ? '' : hidden({ [name]: value });
})}
<div class="line">
<label class="wide">Text ${input('text', filters, 'in the body, the key or an answer')}</label>
<label>Source ${select(
    'source',
    filters,
    sources.map(({ name }) => name),
  )}</label>
<button>Filter</button></div>
<details${rare.some((name) => filters.has(name)) ? html` open` : ''}><summary>More filters</summary><div class="line">
<label>Route ${select('route', filters, routes)}</label>
<label>Job outcome ${select('outcome', filters, OUTCOMES)}</label>
<label>Error class ${select('error_class', filters, CLASSES)}</label>
<label>HTTP code ${input('http_code', filters, '503', 'numeric')}</label>
<label>From, UTC ${time('from', filters)}</label>
<label>To, UTC ${time('to', filters)}</label>
<label>Delivery key ${input('delivery_key', filters, 'exact; name the source, too')}</label>
<label>Komand job_id ${input('job_id', filters, 'exact')}</label>
<label>Body field ${input('body_field', filters, 'result.host=vpn01')}</label>
</div></details></form>${chips(filters)}`;
}

/** What is filtered by, each with the way to take it away. */
function chips(filters: ReadonlyMap<Filter, string>): Html {
  const shown = [...filters].filter(([name]) => name !== 'state');
  if (shown.length === 0) return html``;
  return html`<p class="chips">
    ${shown.map(
      ([name, value]) =>
        html`<a class="chip" href="${listAddress(filters, { [name]: undefined })}"
          ><span class="visually-hidden">Remove the filter: </span><span>${name}</span> ${value}
          ${icon('cross')}</a
        >`,
    )}<a href="/deliveries">Clear all</a>
  </p>`;
}

function input(name: Filter, filters: ReadonlyMap<Filter, string>, hint: string, mode = 'text'): Html {
  return html`<input
    name="${name}"
    value="${filters.get(name) ?? ''}"
    placeholder="${hint}"
    inputmode="${mode}"
    autocomplete="off"
    spellcheck="false"
  />`;
}

function time(name: Filter, filters: ReadonlyMap<Filter, string>): Html {
  return html`<input
    type="datetime-local"
    name="${name}"
    value="${(filters.get(name) ?? '').slice(0, 16)}"
  />`;
}

function select(name: Filter, filters: ReadonlyMap<Filter, string>, options: readonly string[]): Html {
  const value = filters.get(name);
  // A value of an old address that is no choice any more is still what is filtered by
  const all = value === undefined || options.includes(value) ? options : [...options, value];
  return html`<select name="${name}">
    <option value="">any</option>
    ${all.map((option) => html`<option${option === value ? html` selected` : ''}>${option}</option>`)}
  </select>`;
}
