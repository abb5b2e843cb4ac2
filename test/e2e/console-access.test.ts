import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleScreens } from '../support/console-screens.js';
import { openNightWorld, signIn, type NightWorld } from '../support/night-world.js';
import { openBrowser, type TestBrowser } from '../support/open-browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 A and AA, and what axe calls good practice. */
const RUN = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;

/** Findings of a page that keep somebody out, each as a sentence with the element. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations, passes } = (await page.evaluate(RUN)) as AxeResults;
  // A run that looked at nothing finds nothing
  expect(passes.length).toBeGreaterThan(5);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}

describe('the console can be used by everybody', () => {
  let night: NightWorld;
  let browser: TestBrowser;
  beforeAll(async () => {
    night = await openNightWorld();
    await night.until(await night.deliver('alerts', { id: 'good', title: 'all is well' }), 'delivered');
    for (const id of ['edr-1', 'edr-2'])
      await night.until(
        await night.deliver('edr', { id, result: { host: 'vpn01', severity: 'high' } }),
        'dead',
      );
    await night.send('badges', { id: 'badge-1', title: 'no door' });
    await night.send('alerts', { id: 'x' }, 'a wrong secret');
    const reason = { reason: 'for the screens' };
    await night.running.post('/api/v1/sources/tickets/pause', reason);
    const plan = (await (
      await night.running.post('/api/v1/bulk', { action: 'replay', filter: { source: 'edr' } })
    ).json()) as { id: string };
    expect((await night.running.post(`/api/v1/bulk/${plan.id}/run`, reason)).status).toBe(202);
    browser = await openBrowser(night.running.opsUrl);
  });
  afterAll(async () => {
    await browser.close();
    await night.close();
  });

  it('finds what it should: a page with a fault is not clean', async () => {
    const { page } = await browser.open();
    await page.goto('/login');
    await page.evaluate(
      `document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="/favicon.svg"><input>')`,
    );
    expect((await findings(page)).map((each) => each.split(':')[0])).toEqual(
      expect.arrayContaining(['image-alt', 'label']),
    );
    await page.context().close();
  });

  it.each([
    ['light', { dark: false }],
    ['dark', { dark: true }],
    ['narrow', { dark: true, width: 360 }],
  ])(
    'no screen keeps anybody out, %s',
    async (_, options) => {
      const { page, complaints } = await browser.open(options);
      await page.goto('/login');
      const found = [...(await findings(page))].map((each) => `login ${each}`);
      await signIn(page);
      for (const [name, path] of await consoleScreens(night)) {
        await page.goto(path);
        // What is folded away is there, too
        await page.evaluate(`document.querySelectorAll('details').forEach((each) => (each.open = true))`);
        found.push(...(await findings(page)).map((each) => `${name} ${each}`));
      }
      await page.goto('/deliveries');
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: 'Keys' }).waitFor();
      found.push(...(await findings(page)).map((each) => `keys ${each}`));
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    300_000,
  );
});
