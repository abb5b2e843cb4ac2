import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from './install-chromium.js';

export interface WatchedPage {
  readonly page: Page;
  /** Console errors, refused content, uncaught errors and requests that left the console, as sentences. */
  readonly complaints: readonly string[];
}

export interface TestBrowser {
  /** A browser window of its own, with its own cookies. */
  open(options?: {
    readonly width?: number;
    readonly dark?: boolean;
    readonly script?: boolean;
  }): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** A real Chromium that writes down everything a clean page does not do. */
export async function openBrowser(baseUrl: string): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no chromium here.');
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    async open({ width = 1280, dark = false, script = true } = {}) {
      const context = await browser.newContext({
        baseURL: baseUrl,
        viewport: { width, height: 900 },
        colorScheme: dark ? 'dark' : 'light',
        javaScriptEnabled: script,
      });
      const complaints: string[] = [];
      const page = await context.newPage();
      page.on('console', (message) => {
        // An error answer of a page is told there by its address alone; the tests look at the pages themselves
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== new URL(baseUrl).origin)
          complaints.push(`left the console: ${request.url()}`);
      });
      page.setDefaultTimeout(15_000);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}
