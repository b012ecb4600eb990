import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdfOf } from '../../ai-api/test/files.ts';
import { evaluate } from '../../ai-api/test/runs.ts';
import { apps } from '../src/apps/index.ts';
import { hasBrowser, named, settled } from './browser.ts';
import { addressFlows } from './flows/address.ts';
import { answerFlows } from './flows/answer.ts';
import { contextFlows } from './flows/context.ts';
import { myDataFlows } from './flows/my-data.ts';
import { planFlows } from './flows/plans.ts';
import { promptFlows } from './flows/prompts.ts';
import { settingsFlows } from './flows/settings.ts';
import {
  type AppName,
  fill,
  openPage,
  PHONE,
  type PreviewFixture,
  pick,
  press,
  row,
  startFixture,
  tab,
  text,
} from './preview-fixture.ts';

const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** Fills in a request for yesterday, for research. */
async function fillRequest(page: Page, hours: string, why: string): Promise<void> {
  await fill(page, 'requestDate', yesterday());
  await fill(page, 'requestHours', hours);
  await fill(page, 'requestWhy', why);
  await fill(page, 'requestCategory', 'research');
}

describe.skipIf(!hasBrowser)('the preview in a browser', () => {
  let fixture: PreviewFixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(async () => {
    await fixture?.stop();
  });

  test('an executive who has no week yet is told what to do, and who has one sees whom it needs', async () => {
    const page = await fixture.open('executive');
    expect(await text(page, 'overviewAttentionEmpty')).toContain('No evaluation needs review');
    await expect(named(page, 'overviewReviewEmpty').textContent()).resolves.toContain('No week yet');
    await evaluate(fixture.api.client);
    await named(page, 'overviewRefresh').getByRole('button').click();
    await named(page, 'overviewAttention').getByRole('row').nth(1).waitFor();
    await expect(named(page, 'overviewJudged').textContent()).resolves.toContain('75 of 75');
    await expect(named(page, 'overviewAttention').textContent()).resolves.toContain('needs review');
    expect(await text(page, 'overviewLow')).not.toContain('needs review');
    expect(await text(page, 'overviewSubtitle')).toMatch(/^Week 2026-W\d\d: \d+ evaluations need review\./);
    await page.close();
  });

  test('an executive overrides a grade with a reason', async () => {
    const page = await fixture.open('executive');
    await row(page, 'overviewAttention');
    await page.getByRole('button', { name: 'Override' }).click();
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

  test('an executive chooses an earlier week from a list', async () => {
    await evaluate(fixture.api.client, { week: '2026-W44' });
    const page = await fixture.open('executive', 'evaluations');
    const weeks = named(page, 'evaluationsWeek');
    const newest = await text(page, 'evaluationsTable');
    await weeks.locator('select').selectOption({ label: '2026-W44' });
    await settled(page);
    expect(await weeks.locator('span').textContent()).toBe('Week (now 2026-W44)');
    expect(await text(page, 'evaluationsTable')).not.toBe(newest);
    await openPage(page, 'People', 'Performance');
    await named(page, 'performanceWeek').locator('select').selectOption('2026-W44');
    await settled(page);
    expect(await text(page, 'performanceWeekCard')).toContain('2026-W44');
    await page.close();
  });

  test('a builder asks for time, an executive approves less of it, and the builder sees the decision', async () => {
    const mine = await fixture.open('builder', 'my-requests');
    await fillRequest(mine, '2.5', 'Read the interviews of the pilot users and wrote them up.');
    await press(mine, 'requestCheck');
    expect(await text(mine, 'requestAnswer')).toContain('This request');
    await named(mine, 'requestAttach').getByRole('button').click();
    const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('What users said') };
    await pick(mine, 'requestFile', notes);
    await named(mine, 'requestFilesTake').getByRole('button').click();
    expect(await text(mine, 'requestFilesHint')).toBe('notes.txt');
    expect(await press(mine, 'requestSend')).toContain('Your request is submitted.');
    expect(await text(mine, 'requestsTable')).toContain('needs review');
    await expect(named(mine, 'requestAnswerEmpty').isVisible()).resolves.toBe(true);

    const inbox = await fixture.open('executive', 'approvals');
    await named(inbox, 'approvalsTable').locator('tbody tr').first().click();
    await settled(inbox);
    await expect(named(inbox, 'approval_summary').textContent()).resolves.toContain('pilot users');
    await expect(named(inbox, 'approval_summary').getByRole('link').textContent()).resolves.toBe('notes.txt');
    await inbox.getByRole('button', { name: 'Decide', exact: true }).click();
    await named(inbox, 'approvalHours').locator('input').fill('1.5');
    await named(inbox, 'approvalReason').locator('textarea').fill('An hour of it was tracked already.');
    await named(inbox, 'approvalApprove').getByRole('button').click();
    await expect(inbox.locator('.toast').textContent()).resolves.toBe('The request is approved.');
    await inbox.close();

    await named(mine, 'requestsRefresh').getByRole('button').click();
    await settled(mine);
    await named(mine, 'requestsTable').locator('tbody tr').first().click();
    await settled(mine);
    const decided = await named(mine, 'approval_summary').textContent();
    expect(decided).toContain('approved');
    expect(decided).toContain('1.5 h');
    expect(decided).toContain('An hour of it was tracked already.');
    await mine.close();
  });

  test('a reviewer scores a judgement in one form, has it after a reload, and gets the next one', async () => {
    const page = await fixture.open('reviewer');
    const judgement = await text(page, 'reviewCard');
    expect(judgement).toContain('Feedback to the builder');
    await page.reload();
    await page.waitForSelector('body[data-ready]');
    await settled(page);
    expect(await text(page, 'reviewCard')).toBe(judgement);
    const complete = named(page, 'reviewComplete').getByRole('button');
    await expect(complete.isDisabled()).resolves.toBe(true);
    for (const field of await page.locator('[data-name^="scoreChoice"]:visible').all()) {
      const wanted = /^Grade/.test((await field.textContent()) ?? '') ? 'B' : { index: 1 };
      await field.locator('select').selectOption(wanted);
    }
    await page.locator('.widget', { hasText: 'Feedback helps' }).locator('input:visible').last().fill('4');
    await fill(page, 'reviewComment', 'The reasons follow from the figures.');
    expect(await press(page, 'reviewComplete')).toContain('The review is complete');
    expect(await text(page, 'reviewCard')).not.toBe(judgement);
    const stored = (await fixture.api.client.score.list({ limit: 50 })).items;
    expect(stored.find(({ config }) => config === 'grade')).toMatchObject({ value: 'B' });
    expect(stored.find(({ config }) => config === 'feedback helps')).toMatchObject({ value: 4 });
    await page.close();
  });

  test('an executive uploads a PDF of a policy, and a builder who asks gets the passage with its source', async () => {
    const inbox = await fixture.open('executive', 'policies');
    await inbox.getByRole('button', { name: 'Upload a file' }).click();
    const picker = named(inbox, 'policyFile').locator('input[type=file]');
    await picker.setInputFiles({
      name: 'rules.exe',
      mimeType: 'application/x-msdownload',
      buffer: Buffer.from('x'),
    });
    await expect(inbox.locator('.toast.error').textContent()).resolves.toContain(
      'has an unsupported file type',
    );
    await expect(named(inbox, 'policyFileSend').getByRole('button').isDisabled()).resolves.toBe(true);
    const pdf = await pdfOf([
      'Manual time that was not tracked is claimed within fourteen days - later claims lapse.',
    ]);
    await pick(inbox, 'policyFile', { name: 'manual-time.pdf', mimeType: 'application/pdf', buffer: pdf });
    await expect(named(inbox, 'policyFileVersion').textContent()).resolves.toContain('a new document');
    await named(inbox, 'policyFileTitle').locator('input').fill('Manual time');
    await named(inbox, 'policyFileSend').getByRole('button').click();
    await inbox.locator('.toast.success').waitFor();
    await expect.poll(() => text(inbox, 'policiesTable'), { timeout: 45_000 }).toContain('yes');
    await expect.poll(() => text(inbox, 'policyCard'), { timeout: 45_000 }).toContain('indexed');
    await inbox.close();

    const page = await fixture.open('builder', 'ask');
    await named(page, 'policyQuestion')
      .locator('textarea')
      .fill('Within how many days is time claimed that was not tracked?');
    await named(page, 'policyAsk').getByRole('button').click();
    await settled(page);
    const sources = await named(page, 'policySources').textContent();
    expect(sources).toContain('Manual time');
    expect(sources).toContain('within fourteen days - later');
    await page.close();
  });

  test('an executive changes a rule of requests, sees what it would have done, and it hands the next one back', async () => {
    const page = await fixture.open('executive', 'rules');
    expect(await text(page, 'rulesTable')).not.toContain('Budget exceeded');
    await fill(page, 'rulesKind', 'approval');
    await named(page, 'rulesTable').locator('input.search').fill('date-old');
    await row(page, 'rulesTable', 'Date old');
    expect(await text(page, 'ruleSummary')).toContain('Applies when');
    expect(await text(page, 'rulePublishHint')).toBe('To publish, enter what changed and why.');
    await tab(page, 'Condition');
    const when = named(page, 'ruleWhen').locator('textarea');
    await when.fill('this is no expression');
    await named(page, 'ruleCheck').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'ruleVerdict').textContent()).resolves.toContain('The rule is invalid');
    await when.fill('request.hours >');
    await press(page, 'ruleCheck');
    expect(await text(page, 'ruleVerdict')).toContain('The condition ends too early');
    await when.fill("request.category == 'research'");
    await tab(page, 'Edit');
    await named(page, 'ruleMessage')
      .locator('textarea')
      .fill('Research is planned, and never asked for later.');
    await named(page, 'ruleReplay').getByRole('button').click();
    await settled(page);
    const replayed = await named(page, 'ruleReplayed').textContent();
    expect(replayed).toContain('1 of 1 past judgements would change');
    expect(replayed).toContain('Research is planned');
    await named(page, 'ruleComment').locator('input').fill('Research has a budget of its own');
    await named(page, 'rulePublish').getByRole('button').click();
    await expect(page.locator('.toast').textContent()).resolves.toBe('The rule is published.');
    await page.close();

    const mine = await fixture.open('builder', 'my-requests');
    await expect(named(mine, 'requestHintsEmpty').textContent()).resolves.toContain('No matching policy');
    await fillRequest(mine, '0.75', 'Tried a parser for a customer; the tracker was off that day.');
    await named(mine, 'requestCheck').getByRole('button').click();
    await settled(mine);
    const said = await named(mine, 'requestAnswer').textContent();
    expect(said).toContain('contradicts the records: correct it first');
    expect(said).toContain('Research is planned, and never asked for later.');
    await expect(named(mine, 'requestHints').textContent()).resolves.toContain(
      'claimed within fourteen days',
    );
    await named(mine, 'requestSend').getByRole('button').click();
    await mine.locator('.toast.success').waitFor();
    await settled(mine);
    await named(mine, 'requestsTable').locator('tbody tr', { hasText: 'to correct' }).click();
    await settled(mine);
    const decided = await named(mine, 'approval_summary').textContent();
    expect(decided).toContain('to correct');
    expect(decided).toContain('Research is planned, and never asked for later.');
    await mine.close();
  });

  promptFlows(() => fixture);
  planFlows(() => fixture);
  settingsFlows(() => fixture);
  addressFlows(() => fixture);
  answerFlows(() => fixture);
  contextFlows(() => fixture);
  myDataFlows(() => fixture);

  test.each(apps)('$slug shows every page without an error of its own', async ({ slug, pages }) => {
    const page = await fixture.open(slug.replace('ai-manager-', '') as AppName);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    for (const { handle } of pages) {
      await page.evaluate((hash) => {
        window.location.hash = hash;
      }, handle);
      await expect.poll(() => page.locator('.widget').count()).toBeGreaterThan(3);
      await settled(page);
    }
    expect(errors).toEqual([]);
    await page.close();
  });

  test('on a phone nothing is wider than the screen', async () => {
    const page = await fixture.open('executive', undefined, PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.width);
    await page.close();
  });

  test('runs no query for a page of another origin', async () => {
    const response = await fetch(`${fixture.url}/run/x`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
    });
    expect(response.status).toBe(404);
  });
});
