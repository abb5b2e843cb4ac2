import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/model/problem.js';
import type { AdminRequest, AdminRoute, Principal } from '../../../../src/ops/admin/admin-route.js';
import { consolePages } from '../../../../src/ops/console/console-pages.js';
import { createHistory } from '../../../../src/ops/console/history.js';
import { findPage } from '../../../../src/ops/console/match-page.js';
import type { PageAnswer } from '../../../../src/ops/console/page.js';
import { createCallVerb } from '../../../../src/ops/console/verbs.js';

const NOW = Date.UTC(2026, 0, 1);
const OPERATOR: Principal = { name: 'oncall', role: 'operator' };
const pages = consolePages({
  history: createHistory(() => NOW),
  sources: () => [
    {
      name: 'alerts',
      preset: 'generic',
      expectedIntervalMs: undefined,
      routes: [{ name: 'main', target: 'soar', endpoint: 'workflow w' }],
    },
  ],
});

/** A verb that answers this, and writes down what it was asked. */
function verb(name: string, body: unknown, asked: AdminRequest[] = []): AdminRoute {
  const [method = '', path = ''] = name.split(' ');
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    path,
    role: method === 'POST' ? 'operator' : 'viewer',
    summary: '',
    handler: async (request) => {
      asked.push(request);
      return { status: 200, body };
    },
  };
}

async function ask(
  what: string,
  verbs: readonly AdminRoute[],
  options: { readonly form?: Readonly<Record<string, string>>; readonly principal?: Principal } = {},
): Promise<PageAnswer> {
  const [method = '', address = ''] = what.split(' ');
  const url = new URL(address, 'http://console');
  const found = findPage(pages, method, url.pathname);
  if (found === undefined) throw new Error(`no page for ${what}`);
  const principal = options.principal ?? OPERATOR;
  return found.page.handler({
    params: found.params,
    query: url.searchParams,
    form: new URLSearchParams(options.form),
    url: address,
    principal,
    csrfToken: 'the-form-token',
    health: {
      redis: { up: true, detail: 'ok' },
      workers: 1,
      circuits: [],
      pausedRoutes: [],
      spool: undefined,
    },
    now: NOW,
    call: createCallVerb(verbs)(principal),
  });
}

async function markupOf(what: string, verbs: readonly AdminRoute[], principal?: Principal): Promise<string> {
  const answer = await ask(what, verbs, principal === undefined ? {} : { principal });
  return 'body' in answer ? answer.body.markup : '';
}

const SCREENS: readonly (readonly [screen: string, verb: string, empty: string])[] = [
  ['/deliveries', 'GET /api/v1/deliveries', 'No deliveries yet'],
  ['/dead', 'GET /api/v1/dead/groups', 'No dead letters'],
  ['/bulk', 'GET /api/v1/bulk', 'No bulk operations'],
  ['/rejected', 'GET /api/v1/rejected', 'Nothing was rejected'],
  ['/audit', 'GET /api/v1/audit', 'No changes yet'],
];

describe('the states of a list', () => {
  it.each(SCREENS)('%s is empty', async (screen, name, empty) => {
    expect(await markupOf(`GET ${screen}`, [verb(name, { items: [], next_cursor: null })])).toContain(empty);
  });
  it.each(SCREENS)('%s says why it could not be read', async (screen, name) => {
    const broken: AdminRoute = {
      ...verb(name, {}),
      handler: () => Promise.reject(new Problem('store_unavailable', 503, 'The store is away <now>.')),
    };
    const markup = await markupOf(`GET ${screen}`, [broken]);
    expect(markup).toContain('The store is away &lt;now&gt;.');
    expect(markup).toContain('Try again');
  });
  it.each(['/deliveries?state=dead', '/rejected?source=alerts'])('%s has no match', async (screen) => {
    const none = { items: [], next_cursor: null };
    const verbs = [verb('GET /api/v1/deliveries', none), verb('GET /api/v1/rejected', none)];
    expect(await markupOf(`GET ${screen}`, verbs)).toContain('Clear filters');
  });
});

describe('bulk', () => {
  it('plans exactly what the form says, without empty fields, and goes to the plan', async () => {
    const asked: AdminRequest[] = [];
    const form = { action: 'retry', state: 'dead', source: 'alerts', http_code: ' ', other: 'x' };
    const answer = await ask('POST /bulk/plan', [verb('POST /api/v1/bulk', { id: 'blk/1' }, asked)], {
      form,
    });
    expect(answer).toEqual({ redirect: '/bulk/blk%2F1' });
    expect(asked[0]?.body).toEqual({ action: 'retry', filter: { state: 'dead', source: 'alerts' } });
  });
  it('runs with rate and reason', async () => {
    const asked: AdminRequest[] = [];
    const form = { rate: '25', reason: 'fixed' };
    await ask('POST /bulk/b1/run', [verb('POST /api/v1/bulk/:id/run', {}, asked)], { form });
    expect(asked[0]).toMatchObject({ params: { id: 'b1' }, body: { rate: 25, reason: 'fixed' } });
  });
});

describe('roles', () => {
  const viewer: Principal = { name: 'looker', role: 'viewer' };
  it('refuses a viewer every form, whatever the page shows', async () => {
    const verbs = [
      verb('POST /api/v1/bulk/:id/cancel', {}),
      verb('GET /api/v1/bulk/:id', { state: 'running' }),
    ];
    const answer = await ask('POST /bulk/b1/cancel', verbs, { form: { reason: 'x' }, principal: viewer });
    expect(answer).toMatchObject({ status: 403 });
  });
  it('shows a viewer no forms that change something', async () => {
    const items = [{ id: 'dlv_1', state: 'dead', source: 'alerts' }];
    for (const screen of ['/deliveries', '/bulk', '/sources'])
      expect(
        await markupOf(
          `GET ${screen}`,
          [verb('GET /api/v1/deliveries', { items }), verb('GET /api/v1/bulk', { items })],
          viewer,
        ),
      ).not.toContain('method="post"');
  });
});

describe('every form', () => {
  it('carries the token of its session', async () => {
    const item = { id: 'dlv_1', state: 'dead', source: 'alerts', body: '{}', attempts: [] };
    const group = { source: 'alerts', error_class: 'http_4xx', count: 2 };
    const markup = [
      await markupOf('GET /deliveries/dlv_1', [verb('GET /api/v1/deliveries/:id', item)]),
      await markupOf('GET /dead', [verb('GET /api/v1/dead/groups', { items: [group] })]),
      await markupOf('GET /sources', [verb('GET /api/v1/sources', { items: [] })]),
      await markupOf('GET /sources/alerts/try', []),
    ].join('');
    const forms = markup.match(/<form[^>]*method="post"[\s\S]*?<\/form>/g) ?? [];
    expect(forms.length).toBeGreaterThanOrEqual(6);
    for (const form of forms) expect(form).toContain('name="csrf" value="the-form-token"');
  });
});
