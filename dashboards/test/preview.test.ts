import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, sampleCompany, startApi, type TestApi } from '../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../ai-api/test/databases.ts';
import { pdfOf } from '../../ai-api/test/files.ts';
import { evaluate } from '../../ai-api/test/runs.ts';
import { buildMarketplace } from '../../tooljet-plugins/build.ts';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import { startPreview } from '../src/preview/server.ts';
import { pushPeople } from '../src/push/people.ts';
import { signIn } from '../src/push/tooljet.ts';
import { hasBrowser, named, openApp, openBrowser, settled } from './browser.ts';
import { startFakeToolJet } from './tooljet-recorder.ts';

const exported = apps.map(exportApp);
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const BUILDER = '7d3f4c1a-52f1-4ef2-8f39-1f6f5d4f0b01';
const EXECUTIVE = '7d3f4c1a-52f1-4ef2-8f39-1f6f5d4f0b02';
const PASSWORD = 'a password of the tests';

const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** Makes a builder and an executive, and lets push link them with members of a ToolJet. */
async function linkMembers({ client, url }: TestApi): Promise<string> {
  const [builder] = (await client.builder.list({ limit: 1 })).items;
  const email = builder?.email ?? '';
  await client.user.create({ email, name: 'A Builder', roles: ['builder'], password: PASSWORD });
  const chief = 'chief@example.com';
  const roles = ['executive', 'reviewer'] as const;
  await client.user.create({ email: chief, name: 'A Chief', roles: [...roles], password: PASSWORD });
  const made = await client.apiKey.create({ name: 'ToolJet', roles: ['admin'], scopes: ['*', 'act-as'] });
  const toolJet = await startFakeToolJet('3.x');
  toolJet.users.push(
    { user_id: BUILDER, email: email.toUpperCase(), status: 'active' },
    { user_id: EXECUTIVE, email: chief, status: 'active' },
    { user_id: 'u-3', email: 'guest@example.com', status: 'invited' },
  );
  const account = { url: toolJet.url, email: 'root@example.com', password: 'a long password' };
  const said = await pushPeople(await signIn(account), {
    options: { base_url: url, act_as: true },
    secrets: { api_key: made.key },
  });
  await toolJet.stop();
  expect(said).toEqual([
    `${email.toUpperCase()} is linked`,
    `${chief} is linked`,
    'guest@example.com has not joined ToolJet yet and is not linked',
  ]);
  return made.key;
}

/** Fills in a request for yesterday, for research. */
async function fillRequest(page: Page, hours: string, why: string): Promise<void> {
  await named(page, 'requestDate').locator('input').fill(yesterday());
  await named(page, 'requestHours').locator('input').fill(hours);
  await named(page, 'requestWhy').locator('textarea').fill(why);
  await named(page, 'requestCategory').locator('select').selectOption('research');
}

describe.skipIf(!hasBrowser)('the preview in a browser', () => {
  let folder: string;
  let testDatabase: TestDatabase;
  let api: TestApi;
  let preview: Awaited<ReturnType<typeof startPreview>>;
  let asBuilder: typeof preview;
  let asExecutive: typeof preview;
  let browser: Browser;

  beforeAll(async () => {
    folder = await buildMarketplace(await mkdtemp(join(tmpdir(), 'marketplace-')));
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase);
    await api.client.people.import(sampleCompany());
    const start = (userId: string, api_key: string, act_as: boolean) =>
      startPreview({
        marketplace: folder,
        apps: exported,
        userId,
        sources: { 'ai-manager': { base_url: api.url, api_key, act_as } },
      });
    const serviceKey = await linkMembers(api);
    preview = await start('u-1', ADMIN_KEY, false);
    asBuilder = await start(BUILDER, serviceKey, true);
    asExecutive = await start(EXECUTIVE, serviceKey, true);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    for (const one of [preview, asBuilder, asExecutive]) await one?.stop();
    await api?.stop();
    await testDatabase?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (slug: string, size = DESKTOP) => openApp(browser, `${preview.url}/${slug}`, size);

  test('an executive who has no week yet is told what to do, and who has one sees whom it needs', async () => {
    const page = await open('ai-manager-executive');
    await expect(named(page, 'overviewAttentionEmpty').textContent()).resolves.toContain(
      'Nothing needs your attention',
    );
    await expect(named(page, 'overviewReviewEmpty').textContent()).resolves.toContain('No week yet');
    await evaluate(api.client);
    await named(page, 'overviewRefresh').getByRole('button').click();
    await named(page, 'overviewAttention').getByRole('row').nth(1).waitFor();
    await expect(named(page, 'overviewJudged').textContent()).resolves.toContain('75 of 75');
    await expect(named(page, 'overviewAttention').textContent()).resolves.toContain('needs review');
    await page.close();
  });

  test('an executive overrides a grade with a reason', async () => {
    const page = await open('ai-manager-executive');
    await named(page, 'overviewAttention').locator('tbody tr').first().click();
    await settled(page);
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

  test('a builder asks for time, an executive approves less of it, and the builder sees the decision', async () => {
    const mine = await openApp(browser, `${asBuilder.url}/ai-manager-builder`, DESKTOP);
    await mine.getByRole('button', { name: 'My requests' }).click();
    await settled(mine);
    await fillRequest(mine, '2.5', 'Read the interviews of the pilot users and wrote them up.');
    await named(mine, 'requestDate').locator('input').fill('yesterday');
    const send = named(mine, 'requestSend').getByRole('button');
    await send.click();
    await expect(mine.locator('.toast.error').textContent()).resolves.toContain('must be a day such as');
    await named(mine, 'requestDate').locator('input').fill(yesterday());
    await named(mine, 'requestAttach').getByRole('button').click();
    const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('What users said') };
    await named(mine, 'requestFile').locator('input[type=file]').setInputFiles(notes);
    await named(mine, 'requestFilesTake').getByRole('button').click();
    await expect(named(mine, 'requestFilesHint').textContent()).resolves.toBe('notes.txt');
    await send.click();
    await mine.locator('.toast.success').waitFor();
    await settled(mine);
    await expect(named(mine, 'requestsTable').textContent()).resolves.toContain('needs review');

    const inbox = await openApp(browser, `${asExecutive.url}/ai-manager-executive`, DESKTOP);
    await inbox.getByRole('button', { name: 'Approvals', exact: true }).click();
    await settled(inbox);
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

  test('a reviewer scores a judgement, and gets the next one', async () => {
    const page = await openApp(browser, `${asExecutive.url}/ai-manager-reviewer`, DESKTOP);
    await named(page, 'reviewNext').getByRole('button').click();
    await settled(page);
    await named(page, 'scoreConfig').locator('select').selectOption('grade');
    await named(page, 'scoreChoice').locator('select').selectOption('B');
    await named(page, 'reviewScore').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'reviewScores').textContent()).resolves.toContain('grade: B');
    await named(page, 'reviewComplete').getByRole('button').click();
    await settled(page);
    await expect(page.locator('.toast').last().textContent()).resolves.toContain('The review is complete');
    await expect(named(page, 'reviewsDone').textContent()).resolves.toContain('1');
    await page.close();
  });

  test('an executive uploads a PDF of a policy, and a builder who asks gets the passage with its source', async () => {
    const inbox = await openApp(browser, `${asExecutive.url}/ai-manager-executive`, DESKTOP);
    await inbox.getByRole('button', { name: 'Policies', exact: true }).click();
    await settled(inbox);
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
    await picker.setInputFiles({ name: 'manual-time.pdf', mimeType: 'application/pdf', buffer: pdf });
    await expect(named(inbox, 'policyFileVersion').textContent()).resolves.toContain('a new document');
    await named(inbox, 'policyFileTitle').locator('input').fill('Manual time');
    await named(inbox, 'policyFileSend').getByRole('button').click();
    await inbox.locator('.toast.success').waitFor();
    await expect
      .poll(async () => (await api.client.policy.list({})).items[0]?.indexedVersion, { timeout: 45_000 })
      .toBe(1);
    await inbox.close();

    const page = await openApp(browser, `${asBuilder.url}/ai-manager-builder`, DESKTOP);
    await page.getByRole('button', { name: 'Ask the policies' }).click();
    await settled(page);
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

  test('an executive changes a rule of requests, sees what it would have done, and it decides the next one', async () => {
    const page = await openApp(browser, `${asExecutive.url}/ai-manager-executive`, DESKTOP);
    await page.getByRole('button', { name: 'Rules', exact: true }).click();
    await settled(page);
    await named(page, 'rulesTable').locator('input.search').fill('date-old');
    await named(page, 'rulesTable').locator('tbody tr').first().click();
    await settled(page);
    const when = named(page, 'ruleWhen').locator('textarea');
    await when.fill('this is no expression');
    await named(page, 'ruleCheck').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'ruleVerdict').textContent()).resolves.toContain('The rule is invalid');
    await when.fill("request.category == 'research'");
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

    const mine = await openApp(browser, `${asBuilder.url}/ai-manager-builder`, DESKTOP);
    await mine.getByRole('button', { name: 'My requests' }).click();
    await settled(mine);
    await expect(named(mine, 'requestHintsEmpty').textContent()).resolves.toContain('No matching policy');
    await fillRequest(mine, '0.75', 'Tried a parser for a customer; the tracker was off that day.');
    await named(mine, 'requestCheck').getByRole('button').click();
    await settled(mine);
    const said = await named(mine, 'requestAnswer').textContent();
    expect(said).toContain('would be rejected');
    expect(said).toContain('Research is planned, and never asked for later.');
    await expect(named(mine, 'requestHints').textContent()).resolves.toContain(
      'claimed within fourteen days',
    );
    await named(mine, 'requestSend').getByRole('button').click();
    await mine.locator('.toast.success').waitFor();
    await settled(mine);
    await named(mine, 'requestsTable').locator('tbody tr', { hasText: 'rejected' }).click();
    await settled(mine);
    const decided = await named(mine, 'approval_summary').textContent();
    expect(decided).toContain('rejected');
    expect(decided).toContain('Research is planned, and never asked for later.');
    await mine.close();
  });

  test('a developer finds what was said by a name in code, and reads it where it was said', async () => {
    const { id } = await api.client.conversation.create({
      tool: 'claude-code',
      repository: 'acme/otter',
      messages: [
        { author: 'human', text: 'Why is the <b>login</b> test flaky?' },
        {
          author: 'assistant',
          text: 'It does not wait for refreshSessionToken().',
          toolCalls: [
            {
              name: 'Edit',
              edits: [{ path: 'login.test.ts', before: 'refresh();', after: 'await refresh();' }],
            },
          ],
        },
      ],
    });
    await expect
      .poll(
        async () => (await api.client.conversation.search({ q: 'refreshSessionToken', alpha: 0 })).total,
        {
          timeout: 20_000,
        },
      )
      .toBe(1);
    const page = await openApp(browser, `${asBuilder.url}/ai-manager-context`, DESKTOP);
    await settled(page);
    await expect(named(page, 'conversationsTable').textContent()).resolves.toContain(
      'Why is the <b>login</b>',
    );
    await page.getByRole('button', { name: 'Search', exact: true }).first().click();
    await named(page, 'contextQuery').locator('input').fill('refreshSessionToken');
    await named(page, 'contextSearchRun').getByRole('button').click();
    await settled(page);
    const found = named(page, 'contextFound');
    await expect(found.textContent()).resolves.toContain('words: no. 1');
    await found.locator('tbody tr').first().click();
    await settled(page);
    const read = named(page, 'conversationRead');
    await expect(read.textContent()).resolves.toContain('Why is the <b>login</b> test flaky?');
    await read.locator('summary').first().click();
    await expect(read.textContent()).resolves.toContain('await refresh();');
    await page.close();
    await api.client.conversation.delete({ conversationId: id });
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
