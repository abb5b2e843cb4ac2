import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleScreens } from '../support/console-screens.js';
import {
  BROKEN_MAP,
  MENDED_MAP,
  openNightWorld,
  REFUSAL,
  signIn,
  type NightWorld,
} from '../support/night-world.js';
import { openBrowser, type TestBrowser, type WatchedPage } from '../support/open-browser.js';
import { spawnProgram } from '../support/spawn-program.js';
import { OPS_TOKEN } from '../support/start-bridge.js';
import { waitUntil } from '../support/wait-until.js';

/**
 * A whole night's work, in the order in which it comes. Before it: an event of a source with which all is well; six of
 * one whose mapping fails; three that Komand refuses; a badge reader whose bodies break its schema.
 */
describe('a night shift', () => {
  let night: NightWorld;
  let browser: TestBrowser;
  let oncall: WatchedPage;
  let page: Page;
  let good = '';
  let unmapped: string[] = [];
  let refused: string[] = [];

  const metric = async (name: string, source: string): Promise<number> => {
    const text = await (await fetch(`${night.running.opsUrl}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name}{source="${source}"}`));
    return Number(line?.split(' ')[1] ?? Number.NaN);
  };
  const run = async (...args: readonly string[]) => {
    const env = {
      BRIDGE_CONFIG: night.bridge.configFile,
      BRIDGE_OPS_URL: night.running.opsUrl,
      BRIDGE_OPS_TOKEN: OPS_TOKEN,
    };
    const program = spawnProgram(args, env, night.bridge.dir);
    try {
      const code = await program.ended();
      return { code, stdout: program.stdout(), stderr: program.stderr() };
    } finally {
      await program.close();
    }
  };
  const groupOf = (source: string) => page.locator('[data-row]').filter({ hasText: source });
  /** From the group of dead letters to an operation that runs. Answers the number that was counted. */
  const runGroup = async (source: string, button: string, reason: string): Promise<number> => {
    await page.goto('/dead');
    await groupOf(source).getByRole('button', { name: button }).click();
    await page.waitForURL('**/bulk/blk_*');
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    await page.getByLabel('A second, at most').fill('1000');
    await page.getByLabel('Reason', { exact: true }).fill(reason);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('It has begun.').waitFor();
    return Number(/of (\d+) deliver/.exec(heading ?? '')?.[1]);
  };

  beforeAll(async () => {
    night = await openNightWorld();
    good = await night.deliver('alerts', { id: 'good-1', title: 'all is well' });
    for (let i = 0; i < 6; i += 1)
      unmapped.push(
        await night.deliver('edr', {
          id: `edr-${i}`,
          title: `malware ${i}`,
          result: { host: `vpn0${i}`, severity: 'high', mark: i },
        }),
      );
    for (let i = 0; i < 3; i += 1)
      refused.push(await night.deliver('tickets', { id: `ticket-${i}`, title: `ticket ${i}` }));
    await Promise.all([
      night.until(good, 'delivered'),
      ...[...unmapped, ...refused].map((id) => night.until(id, 'dead')),
    ]);
    expect((await night.send('badges', { id: 'badge-1', title: 'door held open' })).status).toBe(422);
    expect((await night.send('alerts', { id: 'x' }, 'a secret of last year')).status).toBe(401);
    browser = await openBrowser(night.running.opsUrl);
    oncall = await browser.open();
    page = oncall.page;
    await signIn(page);
  });
  afterAll(async () => {
    await browser.close();
    await night.close();
  });

  it('the alert on dead letters is true, its entry says where to look, and there the cause stands', async () => {
    expect(await metric('bridge_events_dead_total', 'edr')).toBe(6);
    expect(await metric('bridge_events_dead_total', 'tickets')).toBe(3);
    const runbook = readFileSync(new URL('../../deploy/runbook.md', import.meta.url), 'utf8');
    expect(runbook.split('## BridgeDeadLetters')[1]?.split('\n## ')[0]).toContain('Dead letters');
    await page.goto('/');
    await waitUntil('the overview to have counted them', async () => {
      await page.goto('/');
      return (
        (await page
          .locator('.figures')
          .getByRole('link', { name: /Dead letters 9/ })
          .count()) === 1
      );
    });
    await page
      .locator('.figures')
      .getByRole('link', { name: /Dead letters/ })
      .click();
    expect(await page.locator('[data-row]').count()).toBe(2);
    const edr = await groupOf('edr').textContent();
    expect(edr).toContain('mapping');
    expect(edr).toMatch(/\b6\b/);
    const tickets = await groupOf('tickets').textContent();
    expect(tickets).toContain('HTTP 422');
    expect(tickets).toMatch(/\b3\b/);
  });

  it('a delivery is found by job_id, by delivery key and by a field of its body', async () => {
    const shown = (await night.running.api(`/api/v1/deliveries/${good}`)) as {
      job_id: string;
      delivery_key: string;
    };
    for (const wanted of [shown.job_id, shown.delivery_key]) {
      await page.goto('/');
      await page.keyboard.press('/');
      await page.keyboard.type(wanted);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/deliveries/${good}`);
    }
    await page.goto('/deliveries');
    await page.getByText('More filters').click();
    await page.getByLabel('Body field').fill('result.host=vpn03');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.locator(`[data-id="${unmapped[3]}"]`).waitFor();
    expect(await page.locator('[data-row]').count()).toBe(1);
    // The address is the whole state of the list
    expect(new URL(page.url()).searchParams.get('body_field')).toBe('result.host=vpn03');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'JSON lines' }).click(),
    ]);
    expect(
      readFileSync(await file.path(), 'utf8')
        .trimEnd()
        .split('\n').length,
    ).toBe(1);
  });

  it('why it died is read there, and whether it may be sent again', async () => {
    await page.goto('/dead');
    await groupOf('edr')
      .getByRole('link', { name: /mapping/ })
      .click();
    expect(await page.locator('[data-row]').count()).toBe(6);
    await page.locator(`[data-id="${unmapped[3]}"]`).getByRole('link').click();
    await page.getByRole('heading', { name: 'Safe to send again' }).waitFor();
    await page
      .locator('#timeline')
      .getByText(/number/)
      .first()
      .waitFor();
    await page.goto(`/deliveries/${refused[0]}`);
    await page.getByText('Answer', { exact: true }).click();
    await page.locator('#timeline pre').getByText(REFUSAL.replaceAll('"', '\\"')).waitFor();
    await page.getByText('The target answered HTTP 422').waitFor();
  });

  it('a mended mapping is dry-run on the last events before it is in force', async () => {
    const file = join(night.bridge.dir, 'mended.yaml');
    night.writeConfig(file, (sources) => {
      const [route] = sources['edr']?.routes ?? [];
      expect(route?.map).toEqual(BROKEN_MAP);
      if (route !== undefined) route.map = MENDED_MAP;
    });
    const compared = await run('diff', '--last', '20', '--config', file, '--json');
    expect(compared.stderr).toBe('');
    expect(compared.code).toBe(0);
    const told = JSON.parse(compared.stdout) as {
      changed: number;
      differences: { source: string; changes: { kind: string; detail: string }[] }[];
    };
    // The six that could not be mapped, and nothing else
    expect(told.changed).toBe(6);
    for (const { source, changes } of told.differences) {
      expect(source).toBe('edr');
      expect(changes).toEqual([{ kind: 'mapping', detail: 'hosts: could not be mapped before' }]);
    }
  });

  it('it takes effect without a restart, and the console shows what would be sent', async () => {
    await night.reconfigure((sources) => {
      const [route] = sources['edr']?.routes ?? [];
      if (route !== undefined) route.map = MENDED_MAP;
    });
    await page.goto(`/deliveries/${unmapped[3]}`);
    await page.locator('#mapped').getByText('"priority": 4').waitFor();
    await page.goto('/sources/edr/try');
    await page.getByLabel('Payload').fill('{"id":"t","title":"t","result":{"host":"h","severity":"high"}}');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('heading', { name: 'Route hosts' }).waitFor();
    await page.getByText('"priority": 4').waitFor();
    // Nothing of it was kept or sent
    expect(await metric('bridge_events_accepted_total', 'edr')).toBe(6);
  });

  it('the group is retried as a whole, is watched while it drains, and is gone', async () => {
    expect(await runGroup('edr', 'Retry all…', 'mapping of severities mended')).toBe(6);
    // The page is not loaded anew by hand: it follows
    await page.getByText('6 of 6').waitFor();
    await page.locator('.became').getByText('6').waitFor();
    await page.locator('.became').getByText('delivered').waitFor();
    for (const id of unmapped) expect(await night.stateOf(id)).toBe('delivered');
    await page.goto('/dead');
    expect(await groupOf('edr').count()).toBe(0);
    expect(await groupOf('tickets').count()).toBe(1);
  });

  it('what Komand refused is replayed once it is mended, and the originals are put away', async () => {
    const mended = await fetch(`${night.simulator.url}/__sim/faults`, { method: 'DELETE' });
    expect(await mended.json()).toEqual({ removed: 1 });
    expect(await runGroup('tickets', 'Replay all…', 'the workflow has its variable now')).toBe(3);
    await page.getByText('3 of 3').waitFor();
    await page.locator('.became').getByText('delivered').waitFor();
    const results = page.locator('[data-live=results] [data-row]');
    expect(await results.count()).toBe(3);
    await results.first().getByRole('link').last().click();
    await page.getByText('Replay of').waitFor();
    expect(await runGroup('tickets', 'Discard all…', 'replayed')).toBe(3);
    await page.locator('.became').getByText('discarded').waitFor();
    expect(await metric('bridge_events_discarded_total', 'tickets')).toBe(3);
    await page.goto('/dead');
    await page.getByText('No dead letters').waitFor();
  });

  it('a quarantined request is released once its schema is mended, and only then', async () => {
    await page.goto('/rejected');
    await page.getByRole('link', { name: 'schema mismatch' }).click();
    await page.getByText('What breaks the schema').waitFor();
    const release = async (): Promise<void> => {
      await page.getByLabel('Reason to release').fill('the reader has no door');
      await page.getByRole('button', { name: 'Release' }).click();
    };
    await release();
    await page.getByRole('alert').getByText('still does not match').waitFor();
    writeFileSync(join(night.bridge.dir, 'badge.json'), '{"type":"object","required":["id"]}');
    await night.reconfigure((sources) => {
      const { badges } = sources;
      if (badges !== undefined) badges.schema = './badge.json';
    });
    await release();
    await page.waitForURL('**/deliveries/dlv_*');
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await night.until(id, 'delivered');
    await page.goto('/rejected');
    expect(await page.getByRole('link', { name: 'schema mismatch' }).count()).toBe(0);
  });

  it('in the morning the trail tells the night, and the books balance', async () => {
    await page.goto('/audit');
    const trail = await page.locator('table').textContent();
    for (const reason of [
      'mapping of severities mended',
      'the workflow has its variable now',
      'the reader has no door',
    ])
      expect(trail).toContain(reason);
    const audit = await run('audit', '--json');
    expect(audit.stderr).toBe('');
    expect(JSON.parse(audit.stdout)).toMatchObject({ balanced: true });
    expect(oncall.complaints).toEqual([]);
  });

  it('every screen has its picture, in light and dark and on a telephone', async () => {
    await night.send('badges', { title: 'no id' });
    await night.until(
      await night.deliver('edr', { id: 'late', result: { host: 'vpn09', severity: { not: 'a word' } } }),
      'delivered',
    );
    await night.reconfigure((sources) => {
      const [route] = sources['edr']?.routes ?? [];
      if (route !== undefined) route.map = BROKEN_MAP;
    });
    await night.until(
      await night.deliver('edr', { id: 'again', result: { host: 'vpn08', severity: 'high' } }),
      'dead',
    );
    const kept = process.env['SCREENSHOTS'];
    const folder = kept ?? mkdtempSync(join(tmpdir(), 'bridge-screens-'));
    if (!existsSync(folder)) mkdirSync(folder);
    const screens = await consoleScreens(night);
    for (const [kind, options] of [
      ['light', {}],
      ['dark', { dark: true }],
      ['telephone', { width: 360 }],
    ] as const) {
      const shown = await browser.open(options);
      await signIn(shown.page);
      for (const [name, path] of screens) {
        await shown.page.goto(path);
        const file = join(folder, `${name}-${kind}.png`);
        await shown.page.screenshot({ path: file, fullPage: true });
        expect(statSync(file).size, file).toBeGreaterThan(5_000);
        const over = await shown.page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(over, `${name} ${kind}`).toBeLessThanOrEqual(0);
      }
      expect(shown.complaints).toEqual([]);
      await shown.page.context().close();
    }
    if (kept === undefined) rmSync(folder, { recursive: true });
  }, 300_000);
});
