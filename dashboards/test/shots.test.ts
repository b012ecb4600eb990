import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { ADMIN_KEY, sampleCompany, startApi } from '../../ai-api/test/api.ts';
import { databaseKinds } from '../../ai-api/test/databases.ts';
import { buildMarketplace } from '../../tooljet-plugins/build.ts';
import { readExports, writeExports } from '../src/files.ts';
import { startPreview } from '../src/preview/server.ts';
import { openApp, openBrowser, settled } from './browser.ts';

test('shots', async () => {
  const folder = await buildMarketplace(await mkdtemp(join(tmpdir(), 'marketplace-')));
  const home = await databaseKinds()[0]!.create();
  const api = await startApi(home);
  await api.client.people.import(sampleCompany());
  for (const week of ['2026-W44', '2026-W45', '2026-W46']) {
    const { runId } = await api.client.evaluation.startWeekly({ week });
    while ((await api.client.evaluation.getRun({ runId })).status !== 'completed') await new Promise((r) => setTimeout(r, 200));
  }
  await writeExports();
  const preview = await startPreview({
    marketplace: folder, apps: await readExports(), userId: 'u-1',
    sources: { 'ai-manager': { base_url: api.url, api_key: ADMIN_KEY, act_as: false } },
  });
  const browser = await openBrowser();
  for (const [name, size] of [['desktop', { width: 1440, height: 900 }], ['mobile', { width: 390, height: 844 }]] as const)
  for (const slug of ['ai-manager-executive', 'ai-manager-builder', 'ai-manager-operations']) {
    if (name === 'mobile' && slug !== 'ai-manager-executive') continue;
    const page = await openApp(browser, `${preview.url}/${slug}`, size);
    page.on('pageerror', (e) => console.log(slug, e.message));
    for (const b of await page.locator('nav button').all()) {
      const label = await b.textContent();
      await b.click(); await settled(page); await page.waitForTimeout(300);
      const row = page.locator('tbody tr').first();
      if (await row.count() && label !== 'Overview') { await row.click(); await settled(page); await page.waitForTimeout(200); }
      await page.screenshot({ path: `/tmp/shots/${name}-${slug}-${label}.png`, fullPage: true });
    }
    await page.close();
  }
  await browser.close(); await preview.stop(); await api.stop(); await home.remove(); await rm(folder, { recursive: true });
});
