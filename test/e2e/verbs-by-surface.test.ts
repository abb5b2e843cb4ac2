import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEventId } from '../../src/model/ids.js';
import { createRejectedStore } from '../../src/queue/rejected-store.js';
import { dumpStore } from '../support/dump-store.js';
import { signIn } from '../support/night-world.js';
import { openBrowser, type TestBrowser } from '../support/open-browser.js';
import { OPERATOR, openTestOps, type TestOps } from '../support/open-test-ops.js';
import { PREFIX } from '../support/open-test-store.js';
import { spawnProgram } from '../support/spawn-program.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';
import { NO_SEAL } from '../support/seals.js';

const REASON = 'the same by every way';
const EDITED = '{"id":"a","note":"mended"}';

interface Case {
  /** As the API's own document names it. */
  readonly route: string;
  /** Makes what the verb is done to. Answers its id or name. */
  readonly prepare: () => Promise<string>;
  /** What somebody else does while the operator still looks. */
  readonly meanwhile?: (id: string) => Promise<unknown>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The screen and the form on it. */
  readonly screen: (id: string) => string;
  readonly form: string;
  readonly fill?: (form: ReturnType<Page['locator']>) => Promise<unknown>;
  readonly command: (id: string) => readonly string[];
  /** Until nothing changes by itself any more. */
  readonly settled?: (id: string) => Promise<unknown>;
  /** Asks for no reason, and has no dry run: it changes nothing. */
  readonly plain?: boolean;
  readonly refused?: { readonly status: number; readonly code: number };
}

/** Every verb that changes something, done by API, console and command line: what is stored afterwards is the same. */
describe('a verb does the same by every way', () => {
  let redis: TestRedis;
  let ops: TestOps;
  let browser: TestBrowser;
  let page: Page;
  let dir = '';
  let bodyFile = '';
  const names = new Map<string, string>();

  beforeAll(async () => {
    redis = await startRedis();
    ops = await openTestOps(redis.url);
    browser = await openBrowser(ops.url);
    ({ page } = await browser.open());
    await signIn(page, OPERATOR.token);
    dir = mkdtempSync(join(tmpdir(), 'bridge-verbs-'));
    bodyFile = join(dir, 'body.json');
    writeFileSync(bodyFile, EDITED);
  });
  afterAll(async () => {
    await browser.close();
    await ops.close();
    await redis.close();
    rmSync(dir, { recursive: true });
  });

  const authorization = `Bearer ${OPERATOR.token}`;
  const post = (path: string, body: object): Promise<Response> =>
    fetch(ops.url + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const get = async (path: string): Promise<unknown> =>
    (await fetch(ops.url + path, { headers: { authorization } })).json();
  const change = (path: string): Promise<Response> => post(path, { reason: 'before' });
  const run = async (args: readonly string[]): Promise<number | NodeJS.Signals> => {
    const env = { BRIDGE_OPS_URL: ops.url, BRIDGE_OPS_TOKEN: OPERATOR.token };
    const program = spawnProgram(args, env, dir);
    try {
      return await program.ended();
    } finally {
      await program.close();
    }
  };

  const queued = async (): Promise<string> => {
    const [id = ''] = await ops.accept('alerts', ['{"id":"a"}']);
    names.set(id, 'dlv_a');
    return id;
  };
  const dead = async (): Promise<string> => {
    const id = await queued();
    await ops.work('alerts', () => ({ errorClass: 'http_4xx', status: 422, reason: 'no such variable' }));
    return id;
  };
  const quarantined = async (): Promise<string> => {
    const store = createRejectedStore({
      seal: NO_SEAL,
      client: ops.store.client,
      prefix: PREFIX,
      retentionMs: 3_600_000,
      sources: () => ['alerts', 'other'],
    });
    const at = Date.now();
    await store.record({
      id: 'req_kept',
      source: 'alerts',
      at,
      status: 422,
      code: 'schema_mismatch',
      cause: 'schema_mismatch',
      detail: 'it was too strict',
      errors: [],
      remoteAddress: '192.0.2.1',
      headers: {},
      bodyBytes: 10,
      bodyHash: 'ab',
      quarantined: {
        body: '{"id":"q"}',
        contentType: 'application/json',
        deliveryKey: 'body:q',
        eventId: newEventId(at),
      },
    });
    return 'req_kept';
  };
  const planned = (action: string) => async (): Promise<string> => {
    await dead();
    const answer = await post('/api/v1/bulk', { action, filter: { source: 'alerts', state: 'dead' } });
    return ((await answer.json()) as { id: string }).id;
  };
  const bulkIs = (state: string) => (id: string) =>
    waitUntil(`${id} to be ${state}`, async () => {
      const shown = (await get(`/api/v1/bulk/${id}`)) as { state: string };
      return shown.state === state;
    });

  const delivery = (verb: string, more: Partial<Case> = {}): Case => ({
    route: `/api/v1/deliveries/{id}/${verb}`,
    prepare: dead,
    screen: (id) => `/deliveries/${id}`,
    form: verb,
    command: (id) => ['deliveries', verb, id],
    ...more,
  });
  const bulkRun = (action: string): Case => ({
    route: '/api/v1/bulk/{id}/run',
    prepare: planned(action),
    body: { rate: 1_000 },
    screen: (id) => `/bulk/${id}`,
    form: 'run',
    fill: (form) => form.getByLabel('A second, at most').fill('1000'),
    command: (id) => ['bulk', 'run', id, '--rate', '1000'],
    settled: bulkIs('done'),
  });
  const source = (verb: string, prepare: () => Promise<unknown>): Case => ({
    route: `/api/v1/sources/{name}/${verb}`,
    prepare: async () => {
      await queued();
      await prepare();
      return 'alerts';
    },
    screen: () => '/sources',
    form: verb,
    command: () => ['sources', verb, 'alerts'],
  });
  const rejected = (verb: string): Case => ({
    route: `/api/v1/rejected/{id}/${verb}`,
    prepare: quarantined,
    screen: (id) => `/rejected/${id}`,
    form: verb,
    command: (id) => ['rejected', verb, id],
  });

  const CASES: readonly (readonly [name: string, wanted: Case])[] = [
    ['retry a dead letter', delivery('retry')],
    ['discard a dead letter', delivery('discard')],
    ['discard one that waits', delivery('discard', { prepare: queued })],
    ['replay', delivery('replay')],
    [
      'replay with an edited body',
      delivery('replay', {
        body: { body: EDITED },
        fill: (form) => form.locator('textarea').fill(EDITED),
        command: (id) => ['deliveries', 'replay', id, '--body', bodyFile],
      }),
    ],
    [
      'retry one that somebody else has discarded meanwhile',
      delivery('retry', {
        meanwhile: (id) => change(`/api/v1/deliveries/${id}/discard`),
        refused: { status: 409, code: 1 },
      }),
    ],
    ['release', rejected('release')],
    ['discard a rejected request', rejected('discard')],
    ['pause', source('pause', async () => undefined)],
    ['resume', source('resume', () => change('/api/v1/sources/alerts/pause'))],
    [
      'plan for many',
      {
        route: '/api/v1/bulk',
        prepare: dead,
        body: { action: 'replay', filter: { state: 'dead', source: 'alerts' } },
        screen: () => '/bulk',
        form: 'plan',
        fill: async (form) => {
          await form.getByLabel('What').selectOption('replay');
          await form.getByLabel('Source').fill('alerts');
        },
        command: () => ['bulk', 'plan', 'replay', '--state', 'dead', '--source', 'alerts'],
        plain: true,
      },
    ],
    ['retry many', bulkRun('retry')],
    ['discard many', bulkRun('discard')],
    ['replay many', bulkRun('replay')],
    [
      'cancel what was planned',
      {
        route: '/api/v1/bulk/{id}/cancel',
        prepare: planned('discard'),
        screen: (id) => `/bulk/${id}`,
        form: 'cancel',
        command: (id) => ['bulk', 'cancel', id],
      },
    ],
  ];

  const SURFACES: Readonly<Record<string, (id: string, wanted: Case) => Promise<void>>> = {
    api: async (id, { route, body, plain, meanwhile, refused }) => {
      await meanwhile?.(id);
      const path = route.replace(/\{\w+\}/, id);
      const answer = await post(path, { ...body, ...(plain === true ? {} : { reason: REASON }) });
      if (refused === undefined) expect(answer.status, await answer.text()).toBeLessThan(300);
      else expect(answer.status).toBe(refused.status);
    },
    console: async (id, { screen, form: name, fill, plain, meanwhile, refused }) => {
      await page.goto(screen(id));
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => (each.open = true))`);
      await meanwhile?.(id);
      const form = page.locator(`form[data-action=${name}]`).first();
      await fill?.(form);
      if (plain !== true) await form.locator('input[name=reason]').fill(REASON);
      await form.getByRole('button').last().click();
      // Either way a screen says what became of it
      if (refused !== undefined) await page.getByText('Not done.').waitFor();
      else if (plain === true) await page.waitForURL('**/bulk/blk_*');
      else await page.locator('.banner.ok').waitFor();
    },
    cli: async (id, { command, plain, meanwhile, refused }) => {
      await meanwhile?.(id);
      const args = [...command(id), ...(plain === true ? [] : ['--yes', '--reason', REASON])];
      if (plain !== true) {
        const before = await dumpStore(ops.store.client, names);
        expect(await run([...args, '--dry-run'])).toBe(0);
        expect(await dumpStore(ops.store.client, names)).toBe(before);
      }
      expect(await run(args)).toBe(refused?.code ?? 0);
    },
  };

  it.each(CASES)('%s', async (_, wanted) => {
    const stored: Record<string, string> = {};
    let untouched = '';
    for (const [surface, act] of Object.entries(SURFACES)) {
      await ops.store.client.flushall();
      names.clear();
      const id = await wanted.prepare();
      untouched = await dumpStore(ops.store.client, names);
      await act(id, wanted);
      await wanted.settled?.(id);
      stored[surface] = await dumpStore(ops.store.client, names);
    }
    expect(stored['api']).not.toBe(untouched);
    expect(stored['console']).toBe(stored['api']);
    expect(stored['cli']).toBe(stored['api']);
    // Who and why are part of it
    if (wanted.plain !== true) expect(stored['api']).toContain(REASON);
  });

  it('and there is no verb besides', async () => {
    const { paths } = (await get('/api/v1/openapi.json')) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const changing = Object.entries(paths).flatMap(([path, methods]) =>
      methods['post'] === undefined ? [] : [path],
    );
    const covered = new Set(CASES.map(([, { route }]) => route));
    // It keeps nothing that could be compared; the command of that name works without a bridge
    covered.add('/api/v1/sources/{name}/try');
    expect(changing.filter((path) => !covered.has(path))).toEqual([]);
    expect([...covered].filter((path) => !changing.includes(path))).toEqual([]);
  });
});
