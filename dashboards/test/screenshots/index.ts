import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startApi } from '../../../ai-api/test/api.ts';
import { startModelRecorder } from '../../../ai-api/test/model-recorder.ts';
import { startStripeRecorder } from '../../../ai-api/test/stripe-recorder.ts';
import { buildMarketplace } from '../../../tooljet-plugins/build.ts';
import { apps } from '../../src/apps/index.ts';
import { exportApp } from '../../src/build/export.ts';
import type { App } from '../../src/build/model.ts';
import { picturePath } from '../../src/files.ts';
import { startPreview } from '../../src/preview/server.ts';
import { openApp, openBrowser, settled } from '../browser.ts';
import { fillCompany, PEOPLE } from './company.ts';
import { answerForPictures } from './model.ts';
import { type Pixels, palettePng } from './palette.ts';
import { scenes } from './scenes.ts';
import { startServices } from './services.ts';

const DESKTOP = { width: 1440, height: 900 };

/** Whose eyes an app is seen through. */
const WHO: Record<string, keyof typeof PEOPLE> = {
  'ai-manager-executive': 'executive',
  'ai-manager-builder': 'builder',
  'ai-manager-reviewer': 'reviewer',
  'ai-manager-operations': 'operations',
  'ai-manager-context': 'builder',
  'ai-manager-licences': 'operations',
  'ai-manager-council': 'council',
};

/** Pages that are for others than the readers of their app. */
const WHO_ELSE: Record<string, keyof typeof PEOPLE> = {
  'ai-manager-context/team': 'executive',
  'ai-manager-context/gaps': 'executive',
};

/** Each app by those who look at it, with the pages that they see. */
function looks() {
  return apps.flatMap((app) => {
    const who = ({ handle }: App['pages'][number]) =>
      WHO_ELSE[`${app.slug}/${handle}`] ?? WHO[app.slug] ?? 'executive';
    return [...Map.groupBy(app.pages, who)].map(([role, pages]) => ({ role, app: { ...app, pages } }));
  });
}

/**
 * Takes a picture of every page, with the same company each time, below `docs/images/dashboards`. Needs Chromium.
 * @param only parts of `app/page`, to take those pictures alone; all where there are none
 */
export async function takePictures(
  only: readonly string[] = [],
  size = DESKTOP,
  folder?: string,
): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'pictures-'));
  const services = await startServices();
  const model = await startModelRecorder(answerForPictures);
  const stripe = await startStripeRecorder();
  const api = await startApi({ env: { DATA_DIR: join(home, 'data') } } as never, {
    OPENAI_API_KEY: 'pictures',
    OPENAI_BASE_URL: model.url,
    LICENCE_SAMPLE: 'on',
    ...stripe.env,
  });
  const browser = await openBrowser();
  try {
    const people = await fillCompany(api, services.url);
    const marketplace = await buildMarketplace(join(home, 'marketplace'));
    const { key } = await api.client.apiKey.create({
      name: 'ToolJet',
      roles: ['admin'],
      scopes: ['*', 'act-as', 'decide'],
    });
    for (const { role, app } of looks()) {
      const email = PEOPLE[role];
      const userId = people.find((person) => person.email === email)?.userId ?? '';
      const preview = await startPreview({
        marketplace,
        apps: apps.map(exportApp),
        userId,
        sources: {
          'ai-manager': { base_url: api.url, api_key: key, act_as: true },
          'ai-manager-langfuse': {
            base_url: services.url,
            public_key: 'pk',
            secret_key: 'sk',
            project_id: 'p-1',
          },
          'ai-manager-n8n': { base_url: services.url, api_key: 'n8n' },
        },
      });
      await picturesOf(app, browser, preview.url, only, size, folder);
      await preview.stop();
    }
    return 0;
  } finally {
    await browser.close();
    await api.stop();
    await model.close();
    await stripe.close();
    await services.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function picturesOf(
  app: App,
  browser: Browser,
  url: string,
  only: readonly string[],
  size: typeof DESKTOP,
  folder: string | undefined,
): Promise<void> {
  const wanted = app.pages.filter(
    ({ handle }) => only.length === 0 || only.some((part) => `${app.slug}/${handle}`.includes(part)),
  );
  if (wanted.length === 0) return;
  const page = await openApp(browser, `${url}/${app.slug}`, size);
  await page.addStyleTag({ content: '.notice { display: none }' });
  for (const { handle } of wanted) {
    await page.evaluate((hash) => {
      window.location.hash = hash;
    }, handle);
    await page.waitForFunction(
      (hash) =>
        window.preview.app.pages.some(({ id, handle }) => handle === hash && id === window.preview.pageId),
      handle,
    );
    await settled(page);
    await scenes[`${app.slug}/${handle}`]?.(page).catch((error: Error) =>
      console.error(`${app.slug}/${handle}: ${error.message}`),
    );
    await settled(page);
    for (const text of await cutTexts(page)) console.log(`${app.slug}/${handle}: "${text}" is cut off`);
    const path = folder ? join(folder, `${app.slug}-${handle}.png`) : picturePath(app.slug, handle);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, palettePng(await pixelsOf(page)));
    console.log(`wrote ${path}`);
  }
  await page.close();
}

/** Cells of tables that show only the beginning of what they hold. */
async function cutTexts(page: Page): Promise<string[]> {
  const cells = await page.locator('.one-line:visible').all();
  const texts = await Promise.all(
    cells.map((cell) => cell.evaluate((one) => (one.scrollWidth > one.clientWidth ? one.textContent : null))),
  );
  return [...new Set(texts.filter((text) => text !== null))];
}

/** The whole page, decoded by the browser that drew it. */
async function pixelsOf(page: Page): Promise<Pixels> {
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled' });
  const decoded = await page.evaluate(async (png) => {
    const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const file = new FileReader();
    const read = new Promise((resolve) => {
      file.onload = resolve;
    });
    file.readAsDataURL(new Blob([data]));
    await read;
    return { width: bitmap.width, height: bitmap.height, base64: String(file.result).split(',')[1] ?? '' };
  }, shot.toString('base64'));
  return { width: decoded.width, height: decoded.height, data: Buffer.from(decoded.base64, 'base64') };
}
