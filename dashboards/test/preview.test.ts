import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, sampleCompany, startApi, type TestApi } from '../../ai-api/test/api.ts';
import { databaseKinds, type TestDatabase } from '../../ai-api/test/databases.ts';
import { clientAs } from '../../ai-api/test/reviewers.ts';
import { evaluate } from '../../ai-api/test/runs.ts';
import { buildMarketplace } from '../../tooljet-plugins/build.ts';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import { startPreview } from '../src/preview/server.ts';
import { hasBrowser, named, openApp, openBrowser, settled } from './browser.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

describe.skipIf(!hasBrowser)('the preview in a browser', () => {
  let folder: string;
  let home: TestDatabase;
  let api: TestApi;
  let preview: Awaited<ReturnType<typeof startPreview>>;
  let browser: Browser;

  beforeAll(async () => {
    folder = await buildMarketplace(await mkdtemp(join(tmpdir(), 'marketplace-')));
    home = await (databaseKinds()[0] as { create(): Promise<TestDatabase> }).create();
    api = await startApi(home);
    await api.client.people.import(sampleCompany());
    preview = await startPreview({
      marketplace: folder,
      apps: apps.map(exportApp),
      userId: 'u-1',
      sources: { 'ai-manager': { base_url: api.url, api_key: ADMIN_KEY, act_as: false } },
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await preview?.stop();
    await api?.stop();
    await home?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (slug: string, size = DESKTOP) => openApp(browser, `${preview.url}/${slug}`, size);

  test('an executive who has no week yet is told what to do, and who has one sees whom it needs', async () => {
    const page = await open('ai-manager-executive');
    await expect(named(page, 'overviewAttentionEmpty').textContent()).resolves.toContain('Nobody needs you');
    await expect(named(page, 'overviewReviewEmpty').textContent()).resolves.toContain(
      'No week was evaluated yet',
    );
    await evaluate(api.client);
    await named(page, 'overviewRefresh').getByRole('button').click();
    await named(page, 'overviewAttention').getByRole('row').nth(1).waitFor();
    await expect(named(page, 'overviewJudged').textContent()).resolves.toContain('75 of 75');
    await expect(named(page, 'overviewAttention').textContent()).resolves.toContain('needs review');
    await page.close();
  });

  test('an executive replaces a grade, with a reason, and it stands', async () => {
    await evaluate(api.client);
    const page = await open('ai-manager-executive');
    await named(page, 'overviewAttention').locator('tbody tr').first().click();
    await settled(page);
    await page.getByRole('button', { name: 'Decide yourself' }).click();
    const save = named(page, 'decisionSave').getByRole('button');
    await expect(save.isDisabled()).resolves.toBe(true);
    await named(page, 'decisionGrade').locator('select').selectOption('B');
    await named(page, 'decisionReason').locator('textarea').fill('The tracker was broken for two days.');
    await save.click();
    await page.locator('.toast.success').waitFor();
    await page.getByRole('button', { name: 'Summary' }).click();
    await settled(page);
    await expect(named(page, 'evaluationSummary').textContent()).resolves.toContain('The tracker was broken');
    await page.close();
  });

  test('a request that the engine is not sure about waits in the inbox, for a person and not for a key', async () => {
    const [builder] = (await api.client.builder.list({ limit: 1 })).items;
    const timekeeper = await clientAs(api, 'Timekeeper', ['ops']);
    const { approvalId } = await timekeeper.approval.submit({
      builderId: builder?.builderId ?? '',
      date: '2026-11-12',
      hours: 2.5,
      category: 'research',
      justification: 'Read the interviews of the pilot users and wrote them up.',
    });
    await timekeeper.approval.triage({ approvalId });
    const page = await open('ai-manager-executive');
    await page.getByRole('button', { name: 'Approvals', exact: true }).click();
    await settled(page);
    await named(page, 'approvalsTable').locator('tbody tr').first().click();
    await settled(page);
    await expect(named(page, 'approval_summary').textContent()).resolves.toContain('pilot users');
    await page.getByRole('button', { name: 'Decide', exact: true }).click();
    await named(page, 'approvalHours').locator('input').fill('1.5');
    await named(page, 'approvalReason').locator('textarea').fill('An hour of it was tracked already.');
    await named(page, 'approvalApprove').getByRole('button').click();
    await expect(page.locator('.toast.error').textContent()).resolves.toContain('A person has to decide');
    await expect(api.client.approval.get({ approvalId })).resolves.toMatchObject({ state: 'in_review' });
    await page.close();
  });

  test('an executive changes a rule, sees what it would have done, and publishes it', async () => {
    await evaluate(api.client);
    const page = await open('ai-manager-executive');
    await page.getByRole('button', { name: 'Rules', exact: true }).click();
    await settled(page);
    await named(page, 'rulesTable').locator('input.search').fill('evaluation');
    await named(page, 'rulesTable').locator('tbody tr').first().click();
    await settled(page);
    const when = named(page, 'ruleWhen').locator('textarea');
    await when.fill('this is no expression');
    await named(page, 'ruleCheck').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'ruleVerdict').textContent()).resolves.toContain('The rule is wrong');
    await when.fill('true');
    await named(page, 'ruleReplay').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'ruleReplayed').textContent()).resolves.toMatch(/\d+ of \d+ past judgements/);
    await named(page, 'ruleComment').locator('input').fill('Everybody, for now');
    await named(page, 'rulePublish').getByRole('button').click();
    await expect(page.locator('.toast').textContent()).resolves.toBe('The next judgement uses the rule.');
    await page.close();
  });

  test('a field that the API refuses is named in what the person reads', async () => {
    const page = await open('ai-manager-builder');
    await page.getByRole('button', { name: 'My requests' }).click();
    await settled(page);
    await named(page, 'requestDate').locator('input').fill('yesterday');
    await named(page, 'requestHours').locator('input').fill('1.5');
    await named(page, 'requestCategory').locator('select').selectOption('research');
    await named(page, 'requestWhy').locator('textarea').fill('Read the interviews.');
    await named(page, 'requestSend').getByRole('button').click();
    await expect(page.locator('.toast.error').textContent()).resolves.toContain('must be a day such as');
    await page.close();
  });

  test.each(apps)('$slug shows every page without an error of its own', async ({ slug }) => {
    const page = await open(slug);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    for (const link of await page.locator('nav button').all()) {
      await link.click();
      await expect(page.locator('.widget').count()).resolves.toBeGreaterThan(3);
    }
    await settled(page);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('on a phone nothing is wider than the screen', async () => {
    const page = await open('ai-manager-executive', PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.width);
    await page.close();
  });

  test('runs no query for a page of another origin', async () => {
    const response = await fetch(`${preview.url}/run/x`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
    });
    expect(response.status).toBe(404);
  });
});
