import { describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../../../src/model/delivery.js';
import { replayDeliveryId } from '../../../../src/model/ids.js';
import { Problem } from '../../../../src/model/problem.js';
import type { AdminAnswer, AdminRoute, Principal } from '../../../../src/ops/admin/admin-route.js';
import { auditRoutes } from '../../../../src/ops/admin/audit-routes.js';
import { auditedDeliveries, createAudited } from '../../../../src/ops/admin/audited.js';
import { causeOf } from '../../../../src/ops/admin/dead-cause.js';
import { filtersOf, readFilters } from '../../../../src/ops/admin/delivery-filter.js';
import { openApi, openApiRoute } from '../../../../src/ops/admin/open-api.js';
import type { AuditEntry, SourcePort } from '../../../../src/ops/admin/ports.js';
import { sourceRoutes } from '../../../../src/ops/admin/source-routes.js';
import { systemRoutes } from '../../../../src/ops/admin/system-routes.js';
import { newEventId } from '../../../../src/model/ids.js';

const NOW = Date.UTC(2026, 0, 1);
const PRINCIPAL: Principal = { name: 'oncall', role: 'operator' };
const CHANGE = { by: 'oncall', reason: 'the target is back' };

function view(reason: string, route = 'main'): DeliveryView {
  return {
    delivery: {
      id: replayDeliveryId(route, NOW),
      eventId: newEventId(NOW),
      source: 'alerts',
      route,
      deliveryKey: 'k-1',
      receivedAt: NOW,
      body: '{"host":"vpn01","n":1.50}',
      contentType: 'application/json',
      headers: {},
      requestId: 'req_1',
    },
    state: 'dead',
    progress: {
      attempts: [
        {
          number: 1,
          startedAt: NOW,
          durationMs: 5,
          outcome: 'rejected',
          errorClass: 'http_5xx',
          reason,
          reached: 'answered',
          status: 503,
        },
      ],
      counted: 1,
      dropped: 0,
      deadClass: 'http_5xx',
    },
  };
}

function call(
  routes: readonly AdminRoute[],
  verb: string,
  { body, query = '', params = {} }: { body?: unknown; query?: string; params?: Record<string, string> } = {},
): Promise<AdminAnswer> {
  const route = routes.find(({ method, path }) => `${method} ${path}` === verb);
  if (route === undefined) throw new Error(`no ${verb}`);
  return route.handler({ params, query: new URLSearchParams(query), body, principal: PRINCIPAL });
}

describe('a change', () => {
  const none = async (): Promise<void> => undefined;

  it('is written down before it is made', async () => {
    const order: string[] = [];
    const audit = {
      write: async ({ action, reason, ids }: Omit<AuditEntry, 'at'>) => {
        order.push(`write ${action} ${ids.join()} ${reason}`);
        return '1-0';
      },
    };
    const verbs = {
      retry: async () => void order.push('retry'),
      discard: async () => void order.push('discard'),
      replay: async () => 'new',
    };
    const audited = auditedDeliveries(verbs, createAudited(audit), none);
    await audited.retry('dlv_1', CHANGE);
    expect(order).toEqual(['write delivery.retry dlv_1 the target is back', 'retry']);
  });

  it('is not made where it cannot be written down', async () => {
    let made = 0;
    const audited = createAudited({
      write: async () => {
        throw new Error('away');
      },
    });
    await expect(audited('delivery.retry', 'dlv_1', CHANGE, async () => (made += 1))).rejects.toThrow('away');
    expect(made).toBe(0);
  });

  it('that is refused is written down as that', async () => {
    const written: string[] = [];
    const audited = createAudited({
      write: async ({ action }) => {
        written.push(action);
        return '1-0';
      },
    });
    const refused = new Problem('conflict', 409, 'It is active.');
    await expect(audited('delivery.discard', 'dlv_1', CHANGE, () => Promise.reject(refused))).rejects.toBe(
      refused,
    );
    expect(written).toEqual(['delivery.discard', 'delivery.discard.refused']);
  });
});

describe('the audit trail', () => {
  it('is listed by pages', async () => {
    const asked: unknown[] = [];
    const entry = { at: NOW, by: 'oncall', action: 'delivery.retry', reason: 'why', ids: ['dlv_1'] };
    const routes = auditRoutes({
      list: async (page) => {
        asked.push(page);
        return { items: [entry], cursor: '7-0' };
      },
    });
    const answer = await call(routes, 'GET /api/v1/audit', { query: 'limit=1&cursor=9-0' });
    expect(asked).toEqual([{ limit: 1, cursor: '9-0' }]);
    expect(answer).toEqual({
      status: 200,
      body: {
        items: [{ ...entry, at: '2026-01-01T00:00:00.000Z', detail: null }],
        next_cursor: '7-0',
      },
    });
    await expect(call(routes, 'GET /api/v1/audit', { query: 'who=me' })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('filters of deliveries', () => {
  const found = (query: string): boolean =>
    readFilters(filtersOf(new URLSearchParams(query))).matches(view('timed out after 31 s'));

  it.each([
    ['route=main', true],
    ['route=other', false],
    ['error_class=http_5xx', true],
    ['error_class=timeout', false],
    ['http_code=503', true],
    ['http_code=5xx', true],
    ['http_code=4xx', false],
    ['outcome=failed', false],
    ['text=VPN01', true],
    ['text=v.n01', false],
    ['body_field=host%3Dvpn01', true],
    ['body_field=n%3D1.50', true],
    ['body_field=n%3D1.6', false],
  ])('%s', (query, expected) => expect(found(query)).toBe(expected));

  it.each(['state=gone', 'outcome=maybe', 'http_code=9', 'from=yesterday', 'body_field=host'])(
    'refuses %s',
    (query) => expect(() => found(query)).toThrow(Problem),
  );

  it('reads times as Unix milliseconds', () => {
    const read = readFilters({ from: '2026-01-01T00:00:00Z', to: '2026-01-02' });
    expect([read.from, read.to]).toEqual([NOW, NOW + 86_400_000]);
  });
});

describe('what a dead letter died of', () => {
  it('is the same whatever the numbers and ids', () => {
    expect(causeOf(view('job "a1" timed out after 31 s')).fingerprint).toBe(
      causeOf(view('job "b2" timed out after 29 s')).fingerprint,
    );
    expect(causeOf(view('refused')).fingerprint).not.toBe(causeOf(view('timed out')).fingerprint);
  });
});

describe('sources', () => {
  const tried: unknown[] = [];
  const port: SourcePort = {
    has: (name) => name === 'alerts',
    list: async () => [],
    pause: async () => undefined,
    resume: async () => undefined,
    try: async (...given) => {
      tried.push(given);
      return { ok: true };
    },
  };
  const routes = sourceRoutes(port, createAudited({ write: async () => '1-0' }));

  it('take a body with lower-case headers and store nothing', async () => {
    const body = { body: '{"n":1.50}', headers: { 'X-Token': 't' } };
    await call(routes, 'POST /api/v1/sources/:name/try', { params: { name: 'alerts' }, body });
    const headers = { 'content-type': 'application/json', 'x-token': 't' };
    expect(tried).toEqual([['alerts', { body: '{"n":1.50}', headers, query: '' }]]);
  });

  it.each([
    ['nobody', { body: '{}' }, 404],
    ['alerts', {}, 400],
    ['alerts', { body: '{}', headers: { a: 1 } }, 400],
    ['alerts', { body: '{}', more: 1 }, 400],
  ])('refuse %s %j with %i', async (name, body, status) => {
    await expect(
      call(routes, 'POST /api/v1/sources/:name/try', { params: { name }, body }),
    ).rejects.toMatchObject({ status });
  });
});

describe('the OpenAPI document', () => {
  const routes = [...auditRoutes({ list: async () => ({ items: [] }) }), ...systemRoutes(async () => ({}))];

  it('has every route of the table and itself', async () => {
    const own = openApiRoute(routes, '1.0.0');
    const answer = await call([own], 'GET /api/v1/openapi.json');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        openapi: '3.1.0',
        paths: { '/api/v1/audit': {}, '/api/v1/system': {}, '/api/v1/openapi.json': {} },
      },
    });
  });

  it('refers to no schema that it does not have', () => {
    const text = JSON.stringify(openApi(routes, '1.0.0'));
    const components = JSON.stringify(Object(openApi(routes, '1.0.0')['components']).schemas);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(components).toContain(`"${name}":`);
  });
});
