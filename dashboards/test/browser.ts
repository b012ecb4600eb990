import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whether this machine has the browser that the preview is tested in. */
export const hasBrowser = existsSync(CHROMIUM);

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** Opens an app of the preview; `confirm` questions are answered with yes. */
export async function openApp(
  browser: Browser,
  url: string,
  size: { width: number; height: number },
): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(url);
  await page.waitForSelector('body[data-ready]');
  await settled(page);
  return page;
}

/** Waits until no query runs. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    Object.values(window.preview.scope.queries).every(({ isLoading }) => !isLoading),
  );
}

/** A component of the page by its name. */
export function named(page: Page, name: string) {
  return page.locator(`[data-name="${name}"]`);
}
