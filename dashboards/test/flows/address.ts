import { expect, test } from 'vitest';
import { ADMIN_KEY } from '../../../ai-api/test/api.ts';
import { sendTo, startInbox } from '../../../ai-api/test/inbox-fixture.ts';
import { evaluate } from '../../../ai-api/test/runs.ts';
import { settled } from '../browser.ts';
import { openPage, type PreviewFixture, text } from '../preview-fixture.ts';

/** What a newcomer relies on: a menu of some entries, an address for each page, a switch for the role. */
export function addressFlows(fixture: () => PreviewFixture): void {
  test("the executive's menu has eleven entries, and a page without one is reached by its links", async () => {
    const page = await fixture().open('executive');
    const entries = page.locator('nav button');
    expect((await entries.allTextContents()).join(', ')).toBe(
      'Overview, Inbox, People, Projects, Policies, Rules, Prompts, Agents, Trust, Audit trail, Settings',
    );
    await openPage(page, 'People', 'Plans');
    expect(new URL(page.url()).hash).toBe('#plans');
    expect(await page.locator('nav button.current').textContent()).toBe('People');
    await page.close();
  });

  test('reloading and going back keep the page', async () => {
    const page = await fixture().open('executive');
    await openPage(page, 'Projects', 'Stage gates');
    await page.reload();
    await page.waitForSelector('body[data-ready]');
    expect(await text(page, 'gatesTitle')).toBe('Stage gates');
    await page.goBack();
    await expect.poll(() => page.locator('[data-name="projectsTitle"]').count()).toBe(1);
    await page.close();
  });

  test('the first line says that it is the preview, who is signed in, and switches the role', async () => {
    const page = await fixture().open('executive');
    const notice = page.locator('.notice');
    expect(await notice.textContent()).toContain('This is the preview');
    expect(await notice.textContent()).toContain('npm run dashboards -- push');
    expect(await notice.textContent()).toContain('Signed in as A Chief');
    expect(await notice.locator('a').allTextContents()).toEqual([
      'Executive',
      'Builder',
      'Reviewer',
      'Operations',
      'Context',
      'Licences',
      'Council',
    ]);
    await notice.getByRole('link', { name: 'Builder' }).click();
    await page.waitForSelector('body[data-ready]');
    await settled(page);
    expect(await notice.textContent()).toContain('Signed in as A Builder');
    expect(await text(page, 'weekGrade')).toContain('Your grade');
    await page.close();
  });

  test('a service that is not connected is one quiet note', async () => {
    const page = await fixture().open('executive', 'traces');
    const notes = page.locator('[data-name$="Error"]:visible');
    expect(await notes.allTextContents()).toEqual([
      'Not connectedLangfuse is not connected. Enter its URL and keys in the data source ai-manager-langfuse.',
    ]);
    await page.close();
  });

  test('a mail in the development inbox is shown in full, without a frame to scroll in', async () => {
    const inbox = await startInbox();
    const lines = Array.from({ length: 60 }, (_, index) => `<p>Line ${index + 1}</p>`).join('');
    const id = await sendTo(inbox.smtpUrl, {
      to: 'ada@example.com',
      subject: 'Your week',
      html: `<html><body style="margin:0"><div style="padding:24px">${lines}</div></body></html>`,
    });
    const page = await fixture().open('reviewer');
    await page.goto(`${inbox.url}/messages/${id}`);
    const hidden = () =>
      page.locator('iframe').evaluate((frame: HTMLIFrameElement) => {
        const mail = frame.contentDocument?.documentElement;
        return mail ? mail.scrollHeight - mail.clientHeight : -1;
      });
    await expect.poll(hidden).toBe(0);
    const height = await page.locator('iframe').evaluate((frame) => frame.clientHeight);
    expect(height).toBeGreaterThan(60 * 16);
    await page.close();
  });

  test('the reference page is a list of closed groups, and opens those in which the filter finds an operation', async () => {
    const page = await fixture().open('executive');
    await page.goto(`${fixture().api.url}/docs`);
    const operations = page.locator('.opblock');
    await page.locator('.opblock-tag').first().waitFor();
    expect(await operations.count()).toBe(0);
    await page.locator('.operation-filter-input').fill('list the results');
    await expect.poll(() => operations.allTextContents()).toHaveLength(1);
    await page.locator('.operation-filter-input').fill('');
    await expect.poll(() => operations.count()).toBe(0);
    await page.getByRole('button', { name: 'Webhooks' }).click();
    await expect.poll(() => operations.count()).toBeGreaterThan(10);
    await page.close();
  });

  test('the reference page says where a key is, keeps it over a reload, and sends a request that is answered', async () => {
    await evaluate(fixture().api.client, { week: '2026-W44' });
    const page = await fixture().open('executive');
    await page.goto(`${fixture().api.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    expect(await page.locator('.modal-ux').textContent()).toContain('npm start prints one');
    await page.locator('.modal-ux input').fill(ADMIN_KEY);
    await page.locator('.modal-ux button.authorize').click();
    await page.reload();
    await page.locator('.operation-filter-input').fill('/evaluations/runs');
    await page
      .locator('.opblock-summary', { hasText: /^GET\/evaluations\/runs\s*List/ })
      .first()
      .click();
    await page.locator('button.execute').first().click();
    await page.locator('.live-responses-table .response-col_status').last().waitFor();
    const answer = await page.locator('.live-responses-table').textContent();
    expect(answer).toContain('200');
    expect(answer).toContain('2026-W');
    await page.close();
  });
}
