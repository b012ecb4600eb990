import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type APIResponse, type BrowserContext, chromium, type Page } from 'playwright-core';
import { refusal } from './http.ts';

const TIMEOUT_MS = 45_000;
const STILL_MS = 400;
const STILL_ATTEMPTS = 25;

export type ScreenshotOptions = {
  /** Base address of n8n. */
  url: string;
  email: string;
  password: string;
  workflowId: string;
  /** The PNG to write. */
  file: string;
  /** A Chromium or Chrome; /usr/bin/chromium when absent. */
  executablePath?: string;
  /** Size of the browser's page in CSS pixels, 1440 x 760 when absent. */
  width?: number;
  height?: number;
  /** Device pixels per CSS pixel, 2 when absent. */
  scale?: number;
};

/** Hints and offers that n8n lays over the canvas; the workflow alone is wanted. */
const HIDDEN = [
  '[data-reka-popper-content-wrapper]',
  '.el-popper',
  '.el-notification',
  '[data-test-id="banner-stack"]',
  '[data-test-id="version-updates-panel"]',
  '[data-test-id="nps-survey-modal"]',
  '[data-test-id="logs-panel"]',
  '[data-test-id="canvas-minimap"]',
];

/**
 * Draws a workflow as n8n's editor shows it, fitted into the page and without dialogs, into a PNG.
 * Nothing is changed in n8n. @throws Error without a browser, N8nError when n8n refuses the sign-in or has no such workflow.
 */
export async function screenshotWorkflow(options: ScreenshotOptions): Promise<void> {
  const { executablePath = '/usr/bin/chromium', width = 1440, height = 760, scale = 2 } = options;
  if (!existsSync(executablePath)) throw new Error(`No browser found at ${executablePath}.`);
  mkdirSync(dirname(resolve(options.file)), { recursive: true });
  const browser = await chromium.launch({ executablePath, args: launchArguments() });
  try {
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
    context.setDefaultTimeout(TIMEOUT_MS);
    await signIn(context, options);
    await expectWorkflow(context, options);
    const page = await context.newPage();
    await page.goto(new URL(`/workflow/${encodeURIComponent(options.workflowId)}`, options.url).href);
    await showWholeWorkflow(page);
    await page.screenshot({ path: options.file });
  } finally {
    await browser.close();
  }
}

/** Chromium refuses its sandbox to root, as which containers often run. */
function launchArguments(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

async function signIn(context: BrowserContext, { url, email, password }: ScreenshotOptions): Promise<void> {
  const data = { emailOrLdapLoginId: email, password };
  const response = await context.request.post(new URL('/rest/login', url).href, { data });
  await expectSuccess(response, 'sign in');
}

async function expectWorkflow(
  context: BrowserContext,
  { url, workflowId }: ScreenshotOptions,
): Promise<void> {
  const address = new URL(`/rest/workflows/${encodeURIComponent(workflowId)}`, url);
  await expectSuccess(await context.request.get(address.href), `show the workflow ${workflowId}`);
}

async function expectSuccess(response: APIResponse, wanted: string): Promise<void> {
  if (response.ok()) return;
  const text = await response.text();
  const isJson = (response.headers()['content-type'] ?? '').includes('json');
  const body: unknown = isJson ? JSON.parse(text) : text;
  throw refusal({ status: response.status(), body }, wanted);
}

async function showWholeWorkflow(page: Page): Promise<void> {
  await page.locator('[data-test-id="canvas-node"]').first().waitFor();
  await page.addStyleTag({ content: `${HIDDEN.join(',')} { display: none !important; }` });
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  });
  await page.locator('[data-test-id="zoom-to-fit"]').click();
  await page.mouse.move(0, 0);
  await waitUntilStill(page);
}

/** Zooming is animated: waits until the canvas has stopped moving. */
async function waitUntilStill(page: Page): Promise<void> {
  const viewport = page.locator('.vue-flow__transformationpane');
  let before: string | null = null;
  for (let attempt = 0; attempt < STILL_ATTEMPTS; attempt += 1) {
    const now = await viewport.getAttribute('style');
    if (now === before) return;
    before = now;
    await page.waitForTimeout(STILL_MS);
  }
}
