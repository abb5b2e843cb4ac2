import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.js';
import { openBrowser, type TestBrowser, type WatchedPage } from '../support/open-browser.js';
import {
  ALERTS_TOKEN,
  makeBridge,
  OPS_TOKEN,
  WORKFLOW,
  type BridgeProcess,
  type TestBridge,
} from '../support/start-bridge.js';
import { startRedis, type TestRedis } from '../support/start-redis.js';
import { waitUntil } from '../support/wait-until.js';

const BROKEN = '22222222-3333-4444-8555-666666666666';
const XSS = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'><svg/onload=alert(3)>';
const VIEWER = 'a-token-that-may-only-look';
const SCREENS = [
  '/',
  '/deliveries',
  '/dead',
  '/rejected',
  '/bulk',
  '/sources',
  '/sources/alerts/try',
  '/komand',
  '/system',
  '/audit',
];

/** What people do at night, in a real browser on a real bridge: Redis, simulator and all roles as processes. */
describe('the console', () => {
  let redis: TestRedis;
  let simulator: Simulator;
  let bridge: TestBridge;
  let bridgeProcess: BridgeProcess;
  let browser: TestBrowser;
  let operator: WatchedPage;

  const post = async (
    id: string,
    fields: Readonly<Record<string, unknown>> = {},
    token = ALERTS_TOKEN,
  ): Promise<Response> =>
    fetch(`${bridgeProcess.hooksUrl}/hooks/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': token },
      body: JSON.stringify({ id, title: `event ${id}`, ...fields }),
    });
  const deliver = async (id: string, fields?: Readonly<Record<string, unknown>>): Promise<string> => {
    const answer = (await (await post(id, fields)).json()) as { deliveries: string[] };
    return answer.deliveries[0] ?? '';
  };
  const stateOf = async (id: string): Promise<string> =>
    ((await bridgeProcess.api(`/api/v1/deliveries/${id}`)) as { state: string }).state;
  const until = (id: string, state: string): Promise<unknown> =>
    waitUntil(`${id} to be ${state}`, async () => (await stateOf(id)) === state);
  const signIn = async (page: Page, token = OPS_TOKEN): Promise<void> => {
    await page.goto('/login');
    await page.getByLabel('Operations token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  };
  const mendKomand = (): Promise<Response> => fetch(`${simulator.url}/__sim/faults`, { method: 'DELETE' });

  beforeAll(async () => {
    redis = await startRedis();
    simulator = await startSimulator({
      seed: 3,
      settings: { jobDelayMs: [0, 50], jobDurationMs: [10, 50], outcomes: { succeeded: 1 } },
      faults: [
        {
          match: { method: 'POST', workflow: BROKEN },
          fault: { kind: 'status', status: 400, body: { message: `no variable ${XSS}` } },
        },
      ],
    });
    bridge = makeBridge({
      redisUrl: redis.url,
      targetUrl: simulator.url,
      extra: {
        ops: {
          tokens: [
            { name: 'test', role: 'operator', token: OPS_TOKEN },
            { name: 'looker', role: 'viewer', token: VIEWER },
          ],
        },
      },
      sources: {
        alerts: {
          preset: 'generic',
          auth: { type: 'token', in: 'header', name: 'x-token', secrets: [ALERTS_TOKEN] },
          delivery_key: { body: ['id'] },
          map: 'raw',
          routes: [
            { name: 'broken', when: 'kind = "broken"', workflow: BROKEN },
            { name: 'main', when: 'kind = "broken" ? false : true', workflow: WORKFLOW },
          ],
        },
      },
    });
    bridgeProcess = await bridge.start('ingress,worker,ops');
    browser = await openBrowser(bridgeProcess.opsUrl);
    operator = await browser.open();
    await signIn(operator.page);
  });
  afterAll(async () => {
    await browser.close();
    await bridge.close();
    await simulator.close();
    await redis.close();
  });

  it('lets nobody in without a token, says nothing to them, and signs out for good', async () => {
    const { page, complaints } = await browser.open();
    await page.goto('/deliveries?state=dead');
    expect(page.url()).toContain('/login?next=');
    await page.getByLabel('Operations token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That is not an operations token').waitFor();
    expect(await page.content()).not.toContain('alerts');
    await page.getByLabel('Operations token').fill(OPS_TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    expect(page.url()).toBe(`${bridgeProcess.opsUrl}/deliveries?state=dead`);
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'bridge_session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operations token').waitFor();
    const stolen = await fetch(`${bridgeProcess.opsUrl}/deliveries`, {
      headers: { cookie: `bridge_session=${cookie?.value ?? ''}` },
      redirect: 'manual',
    });
    expect(stolen.headers.get('location')).toContain('/login');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('lists, filters by its address, and a filter survives a reload', async () => {
    const { page } = operator;
    const good = await deliver('list-1');
    const dead = await deliver('list-2', { kind: 'broken' });
    await until(good, 'delivered');
    await until(dead, 'dead');
    await page.goto('/deliveries');
    await page.locator(`[data-id="${good}"]`).waitFor();
    await page.getByRole('navigation', { name: 'State' }).getByRole('link', { name: /^dead/ }).click();
    await page.locator(`[data-id="${dead}"]`).waitFor();
    expect(page.url()).toBe(`${bridgeProcess.opsUrl}/deliveries?state=dead`);
    await page.reload();
    expect(await page.locator('[data-row]').count()).toBe(1);
    expect(await page.locator(`[data-id="${good}"]`).count()).toBe(0);
    await page.getByText('1 shown of 1').waitFor();
  });

  it('finds a delivery by its job_id, by its id and by its delivery key from the one field', async () => {
    const { page } = operator;
    const id = await deliver('find-me');
    await until(id, 'delivered');
    const shown = (await bridgeProcess.api(`/api/v1/deliveries/${id}`)) as {
      job_id: string;
      delivery_key: string;
    };
    for (const wanted of [shown.job_id, id, shown.delivery_key]) {
      await page.goto('/');
      await page.keyboard.press('/');
      await page.keyboard.type(wanted);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/deliveries/${id}`);
    }
    await page.getByRole('link', { name: shown.job_id }).waitFor();
  });

  it('shows why one died, and retries it with a reason once the cause is gone', async () => {
    const { page } = operator;
    const id = await deliver('night-1', { kind: 'broken' });
    await until(id, 'dead');
    await page.goto(`/deliveries/${id}`);
    await page.getByText('HTTP 400').first().waitFor();
    await page.getByText('The target has seen it').waitFor();
    // Without a reason the browser itself refuses
    await page.getByRole('button', { name: 'Retry now' }).click();
    expect(await stateOf(id)).toBe('dead');
    expect((await mendKomand()).ok).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    await page.keyboard.press('r');
    await page.keyboard.type('the workflow takes it now');
    await page.keyboard.press('Enter');
    await page.getByText('It is tried again now.').waitFor();
    await until(id, 'delivered');
    await page.reload();
    await page.getByText('Attempt 2').waitFor();
  });

  it('replays with an edited body and keeps the original', async () => {
    const { page } = operator;
    const id = await deliver('edit-1', { note: 'as it came' });
    await until(id, 'delivered');
    await page.goto(`/deliveries/${id}`);
    await page.getByText('Replay with an edited body').click();
    await page.locator('textarea[name=body]').fill('{"id":"edit-1","note":"mended"}');
    await page.getByLabel('Reason to replay').fill('the note was wrong');
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText('Replay of').waitFor();
    expect(page.url()).not.toContain(id);
    await page.getByText('"mended"').first().waitFor();
    await page.getByRole('link', { name: id }).click();
    await page.getByText('"as it came"').first().waitFor();
  });

  it('is walked by keys: j k x Enter and ?', async () => {
    const { page } = operator;
    await page.goto('/deliveries');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await page.locator('[data-row].here').count()).toBe(1);
    const first = await page.locator('[data-row]').first().getAttribute('data-id');
    expect(await page.locator('[data-row].here').getAttribute('data-id')).toBe(first);
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/deliveries/${first ?? ''}`);
  });

  it('shows hostile text as text, wherever it comes from', async () => {
    const { page, complaints } = operator;
    const id = await deliver(`evil ${XSS}`, { title: XSS });
    await until(id, 'delivered');
    await post(XSS, {}, XSS);
    for (const path of [
      `/deliveries/${id}`,
      '/deliveries',
      '/rejected',
      `/deliveries?text=${encodeURIComponent(XSS)}`,
      `/find?q=${encodeURIComponent(XSS)}`,
    ]) {
      await page.goto(path);
      expect(await page.locator('img, svg[onload], main script').count()).toBe(0);
    }
    await page.goto(`/deliveries/${id}`);
    await page.getByText('onerror=alert(2)').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows rejected requests with the cause to the point', async () => {
    const { page } = operator;
    await post('nope', {}, 'a wrong token');
    await page.goto('/rejected');
    await page.getByRole('link', { name: 'wrong secret' }).first().click();
    await page.getByText('it cannot be released').waitFor();
  });

  it('serves every screen without a complaint, wide and narrow, light and dark', async () => {
    for (const { width, dark } of [
      { width: 1280, dark: false },
      { width: 360, dark: true },
    ]) {
      const { page, complaints } = await browser.open({ width, dark });
      await signIn(page);
      for (const path of SCREENS) {
        const response = await page.goto(path);
        expect(response?.status(), path).toBe(200);
        expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
        expect(
          await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          `${path} at ${width}`,
        ).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it('is whole without a script, and remembers the theme', async () => {
    const { page } = await browser.open({ script: false });
    await signIn(page);
    await page.goto('/deliveries?state=delivered');
    await page.getByRole('button', { name: /light and dark/ }).click();
    expect(page.url()).toContain('/deliveries?state=delivered');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.context().close();
  });

  it('lets a viewer look and not change, whatever is posted', async () => {
    const { page } = await browser.open();
    await signIn(page, VIEWER);
    const id = await deliver('viewed');
    await page.goto(`/deliveries/${id}`);
    await page.getByText('may look, not change').waitFor();
    const csrf = await page.locator('input[name=csrf]').first().inputValue();
    const status = await page.evaluate(
      `fetch('/deliveries/${id}/discard',{method:'POST',headers:{'content-type':'application/x-www-form-urlencoded'},body:new URLSearchParams({csrf:${JSON.stringify(csrf)},reason:'x'})}).then(r=>r.status)`,
    );
    expect(status).toBe(403);
    await page.context().close();
  });

  it('refuses a form from elsewhere and a form without its token', async () => {
    const { page } = operator;
    const id = await deliver('forged', { kind: 'main' });
    await until(id, 'delivered');
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    await page.goto('/deliveries');
    const csrf = await page.locator('input[name=csrf]').first().inputValue();
    const forge = async (headers: Readonly<Record<string, string>>, token: string): Promise<number> =>
      (
        await fetch(`${bridgeProcess.opsUrl}/deliveries/${id}/replay`, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
          body: new URLSearchParams({ csrf: token, reason: 'forged' }),
          redirect: 'manual',
        })
      ).status;
    expect(await forge({ 'sec-fetch-site': 'cross-site' }, csrf)).toBe(403);
    expect(await forge({ origin: 'https://evil.example' }, csrf)).toBe(403);
    expect(await forge({}, csrf)).toBe(403);
    expect(await forge({ 'sec-fetch-site': 'same-origin' }, 'guessed')).toBe(403);
    // Past the guard: what it says then is the verb's own answer
    expect(await forge({ 'sec-fetch-site': 'same-origin' }, csrf)).not.toBe(403);
  });

  it('stays readable while Redis is away, and says so', async () => {
    const { page, complaints } = operator;
    redis.signal('SIGKILL');
    await redis.ended();
    await waitUntil('the console to notice', async () => {
      await page.goto('/');
      return (await page.getByText('Redis is away.').count()) > 0;
    });
    await page.getByText('accepted into the local spool').waitFor();
    for (const path of SCREENS) {
      await page.goto(path);
      expect(await page.getByText('Redis is away.').count(), path).toBe(1);
      expect(await page.getByText('Something went wrong inside').count(), path).toBe(0);
    }
    await page.goto('/deliveries');
    await page.getByRole('link', { name: 'Try again' }).waitFor();
    await redis.restart();
    await waitUntil('Redis to be back', async () => {
      await page.goto('/deliveries');
      return (await page.locator('[data-row]').count()) > 0;
    });
    expect(complaints).toEqual([]);
  });

  it('weighs less than 200 kB, compressed, with everything on it', async () => {
    const { page } = await browser.open();
    let bytes = 0;
    page.on('response', (response) => {
      void response
        .request()
        .sizes()
        .then(
          ({ responseBodySize }) => (bytes += responseBodySize),
          () => 0,
        );
    });
    await signIn(page);
    await page.goto('/deliveries', { waitUntil: 'networkidle' });
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(200_000);
    await page.context().close();
  });
});
