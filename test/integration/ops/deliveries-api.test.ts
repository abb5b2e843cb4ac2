import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestOps, VIEWER, type TestOps } from '../../support/open-test-ops.js';
import { requestsTo } from '../../support/ops-requests.js';
import { startRedis, type TestRedis } from '../../support/start-redis.js';

interface Page {
  readonly items: readonly { readonly id: string; readonly [field: string]: unknown }[];
  readonly next_cursor: string | null;
  readonly scanned: number;
  readonly complete: boolean;
}

describe('deliveries through the API', () => {
  let redis: TestRedis;
  let ops: TestOps;
  beforeAll(async () => {
    redis = await startRedis();
    ops = await openTestOps(redis.url);
  });
  afterAll(async () => {
    await ops.close();
    await redis.close();
  });
  beforeEach(() => ops.store.client.flushall());

  const { get, post } = requestsTo(() => ops);
  const list = async (query: string): Promise<Page> => {
    const response = await get(`/api/v1/deliveries?${query}`);
    expect(response.status, JSON.stringify(response.body)).toBe(200);
    return response.body as Page;
  };
  const idsOf = async (query: string): Promise<string[]> => (await list(query)).items.map(({ id }) => id);

  /** Two dead of different causes, one delivered, one waiting, one of another source. */
  const world = async () => {
    const [timeout = '', refused = '', done = ''] = await ops.accept('alerts', [
      '{"id":"a","host":{"name":"vpn01"},"n":12345678901234567890}',
      '{"id":"b","host":{"name":"vpn02"},"tags":["x","y"]}',
      '{"id":"c"}',
    ]);
    await ops.work('alerts', (id) =>
      id === timeout
        ? { errorClass: 'timeout', reason: 'no answer in 30 s', reached: 'sent_no_answer' }
        : id === refused
          ? { errorClass: 'http_4xx', reason: 'refused', status: 422, answer: 'no such PARAMETER' }
          : undefined,
    );
    const [waits = ''] = await ops.accept('alerts', ['{"id":"d"}']);
    const [other = ''] = await ops.accept('other', ['{"id":"e"}']);
    return { timeout, refused, done, waits, other };
  };

  it('finds by every filter, and by several at once', async () => {
    const { timeout, refused, done, waits, other } = await world();
    const shown = (await get(`/api/v1/deliveries/${done}`)).body as { job_id: string; delivery_key: string };
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['', [other, waits, done, refused, timeout]],
      ['source=other', [other]],
      ['source=none', []],
      ['route=main&source=other', [other]],
      ['route=none', []],
      ['state=dead', [refused, timeout]],
      ['state=queued', [other, waits]],
      ['outcome=pending', [done]],
      ['error_class=timeout', [timeout]],
      ['http_code=422', [refused]],
      ['http_code=4xx', [refused]],
      ['http_code=500', []],
      [`job_id=${shown.job_id}`, [done]],
      [`job_id=${shown.job_id}&state=dead`, []],
      ['job_id=job-unknown', []],
      [`delivery_key=${encodeURIComponent(shown.delivery_key)}`, [done]],
      ['delivery_key=none', []],
      ['text=parameter', [refused]],
      ['text=VPN0', [refused, timeout]],
      ['body_field=host.name%3Dvpn01', [timeout]],
      ['body_field=n%3D12345678901234567890', [timeout]],
      ['body_field=tags.1%3Dy', [refused]],
      ['body_field=id%3Dvpn', []],
      ['from=2000-01-01T00:00:00Z&to=2001-01-01', []],
      ['from=2000-01-01&state=dead', [refused, timeout]],
      ['state=dead&source=alerts&error_class=http_4xx&text=vpn02', [refused]],
    ];
    for (const [query, ids] of cases) expect((await idsOf(query)).sort(), query).toEqual([...ids].sort());
  });

  it('takes what people type literally: no pattern, no key of the store', async () => {
    await world();
    for (const text of ['.*(a+)+$', '*', '[a-z]', '\\', '%00', '__proto__', 'KEYS *', '{alerts}:index'])
      expect(await idsOf(`text=${encodeURIComponent(text)}`), text).toEqual([]);
    expect(await idsOf(`body_field=${encodeURIComponent('__proto__.x=1')}`)).toEqual([]);
    expect(await idsOf(`source=${encodeURIComponent('alerts}:index{')}`)).toEqual([]);
  });

  it.each([
    'sauce=alerts',
    'state=dying',
    'outcome=good',
    'http_code=9999',
    'from=yesterday',
    'body_field=no-equals',
    'limit=0',
    'limit=201',
    'limit=1&limit=2',
    'cursor=made-up',
    `text=${'x'.repeat(501)}`,
  ])('refuses %s with a sentence', async (query) => {
    const response = await get(`/api/v1/deliveries?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.body).toMatchObject({ code: 'bad_request', status: 400 });
  });

  it('pages through everything once, whatever the page size and the filter', async () => {
    const ids = await ops.accept(
      'alerts',
      Array.from({ length: 25 }, (_, i) => `{"id":"${i}","even":${i % 2 === 0}}`),
    );
    for (const [query, wanted] of [
      ['', 25],
      ['state=queued', 25],
      ['text=true', 13],
      ['state=queued&body_field=even%3Dfalse', 12],
    ] as const) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await list(`${query}&limit=4${cursor}`);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
        expect(page.complete).toBe(page.next_cursor === null);
      } while (cursor !== '');
      expect(new Set(seen).size, query).toBe(wanted);
      expect(seen.length, query).toBe(wanted);
      expect(seen.every((id) => ids.includes(id))).toBe(true);
    }
  });

  it('looks at a bounded number of records a call and says so', async () => {
    await ops.accept(
      'alerts',
      Array.from({ length: 2_300 }, (_, i) => `{"id":"${i}"}`),
    );
    const first = await list('text=nowhere-to-be-found');
    expect(first).toMatchObject({ items: [], scanned: 2_000, complete: false });
    const rest = await list(`text=nowhere-to-be-found&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    expect(rest).toMatchObject({ items: [], scanned: 300, complete: true, next_cursor: null });
  });

  it('shows one with verdict, mapped body, curl and what was done to it', async () => {
    const { timeout, refused, done, waits } = await world();
    await post(`/api/v1/deliveries/${refused}/retry`, { reason: 'the workflow is back' }).expect(202);
    const shown = async (id: string) =>
      (await get(`/api/v1/deliveries/${id}`).expect(200)).body as Record<string, unknown>;
    expect(await shown(timeout)).toMatchObject({
      replay_verdict: { verdict: 'sent_without_answer', safe: false },
      mapped: { body: expect.stringContaining('vpn01') as string },
    });
    expect(await shown(done)).toMatchObject({
      replay_verdict: { verdict: 'answered', safe: false },
      job_ids: [expect.stringMatching(/^job-/) as string],
    });
    expect(await shown(waits)).toMatchObject({
      replay_verdict: { verdict: 'never_sent', safe: true },
      audit: [],
    });
    expect(await shown(refused)).toMatchObject({
      state: 'queued',
      audit: [{ by: 'oncall', action: 'delivery.retry', reason: 'the workflow is back' }],
    });
    const { curl } = (await shown(timeout)) as { curl: string };
    expect(curl).toContain('/hooks/alerts');
    expect(curl).toContain(`'{"id":"a"`);
  });

  it('answers 404 for whatever is no id of a delivery', async () => {
    for (const id of [
      'dlv_none',
      '..%2F..%2Fetc',
      '%7Balerts%7D:index',
      'evt_01',
      `dlv_${'0'.repeat(26)}_main`,
    ])
      await get(`/api/v1/deliveries/${id}`).expect(404);
  });

  it('retries and discards only where that can be, and says why not', async () => {
    const { timeout, done, waits } = await world();
    await post(`/api/v1/deliveries/${done}/retry`, { reason: 'again' }).expect(409);
    await post(`/api/v1/deliveries/${waits}/retry`, { reason: 'again' }).expect(409);
    await post(`/api/v1/deliveries/${done}/discard`, { reason: 'no' }).expect(409);
    await post(`/api/v1/deliveries/${timeout}/discard`, { reason: 'not needed' }).expect(200);
    await post(`/api/v1/deliveries/${timeout}/discard`, { reason: 'not needed' }).expect(409);
    for (const body of [{}, { reason: ' ' }, { reason: 'x'.repeat(501) }, { reason: 'a', more: 1 }])
      await post(`/api/v1/deliveries/${waits}/discard`, body).expect(400);
    expect(await idsOf('state=discarded')).toEqual([timeout]);
    const audit = (await get('/api/v1/audit').expect(200)).body as Page;
    expect(audit.items.map(({ action }) => action)).toContain('delivery.discard.refused');
  });

  it('replays with an edited body under the rules of the source, and keeps the original', async () => {
    const { done } = await world();
    const replay = (body: object) => post(`/api/v1/deliveries/${done}/replay`, { reason: 'mended', ...body });
    await replay({ body: '{"id":1}' }).expect(422);
    await replay({ body: '{"id":"x"' }).expect(400);
    await replay({ body: '{"id":"x","id":"y"}' }).expect(400);
    await replay({ body: '' }).expect(400);
    await replay({ body: `{"id":"${'x'.repeat(300_000)}"}` }).expect(413);
    const before = (await get(`/api/v1/deliveries/${done}`)).body as Record<string, unknown>;
    const { id } = (await replay({ body: '{"id":"x","n":12345678901234567890}' }).expect(202)).body as {
      id: string;
    };
    const made = (await get(`/api/v1/deliveries/${id}`)).body as Record<string, unknown>;
    expect(made).toMatchObject({
      event_id: before['event_id'],
      replay_of: done,
      body: '{"id":"x","n":12345678901234567890}',
      replay: { by: 'oncall', reason: 'mended', edited: true },
    });
    const after = (await get(`/api/v1/deliveries/${done}`)).body as Record<string, unknown>;
    expect(after['body']).toBe(before['body']);
    expect(after).toMatchObject({ state: 'delivered', audit: [{ action: 'delivery.replay-edited' }] });
  });

  it('exports what matches, whole, and nothing that a spreadsheet would run', async () => {
    const bodies = ['{"id":"=cmd()"}', '{"id":"b,\\"q\\""}'];
    const ids = await ops.accept('alerts', bodies);
    const csv = await get('/api/v1/export?format=csv&source=alerts').expect(200);
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    expect(csv.headers['content-disposition']).toContain('deliveries.csv');
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(csv.text).toContain('"{""id"":""b,');
    const authorization = `Bearer ${VIEWER.token}`;
    const jsonl = await fetch(`${ops.url}/api/v1/export`, { headers: { authorization } });
    const rows = (await jsonl.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
    await get('/api/v1/export?format=xml').expect(400);
  });

  it('groups dead letters by what they died of', async () => {
    const ids = await ops.accept(
      'alerts',
      Array.from({ length: 6 }, (_, i) => `{"id":"${i}"}`),
    );
    await ops.work('alerts', (id) => {
      const i = ids.indexOf(id);
      return i < 4
        ? { errorClass: 'http_5xx', status: 503, reason: `the answer came after ${i} s: busy` }
        : { errorClass: 'mapping', reason: 'title is missing', reached: 'not_sent' };
    });
    const groups = async () =>
      (await get('/api/v1/dead/groups').expect(200)).body as {
        items: { count: number; fingerprint: string; error_class: string; sample_ids: string[] }[];
        counted: number;
        complete: boolean;
      };
    const first = await groups();
    expect(first).toMatchObject({
      counted: 6,
      complete: true,
      items: [
        { count: 4, error_class: 'http_5xx', status: 503, source: 'alerts' },
        { count: 2, error_class: 'mapping', status: null },
      ],
    });
    const [largest] = first.items;
    expect((await idsOf(`fingerprint=${largest?.fingerprint ?? ''}`)).sort()).toEqual(ids.slice(0, 4).sort());
    await post(`/api/v1/deliveries/${ids[0] ?? ''}/retry`, { reason: 'one of them' }).expect(202);
    expect(await groups()).toMatchObject({ counted: 5, items: [{ count: 3 }, { count: 2 }] });
  });
});
