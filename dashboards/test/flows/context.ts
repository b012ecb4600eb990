import { expect, test } from 'vitest';
import { named, settled } from '../browser.ts';
import type { PreviewFixture } from '../preview-fixture.ts';

/** What a developer does with conversations. */
export function contextFlows(fixture: () => PreviewFixture): void {
  test('a developer finds what was said by a name in code, and reads it where it was said', async () => {
    const { client } = fixture().api;
    const { id } = await client.conversation.create({
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
    const found = async () =>
      (await client.conversation.search({ q: 'refreshSessionToken', alpha: 0 })).total;
    await expect.poll(found, { timeout: 20_000 }).toBe(1);
    const page = await fixture().open('context');
    await settled(page);
    await expect(named(page, 'conversationsTable').textContent()).resolves.toContain(
      'Why is the <b>login</b>',
    );
    await page.getByRole('button', { name: 'Search', exact: true }).first().click();
    await named(page, 'contextQuery').locator('input').fill('refreshSessionToken');
    await named(page, 'contextSearchRun').getByRole('button').click();
    await settled(page);
    const hits = named(page, 'contextFound');
    await expect(hits.textContent()).resolves.toContain('words: no. 1');
    await named(page, 'contextAlpha').locator('input').fill('0');
    await named(page, 'contextSearchRun').getByRole('button').click();
    await settled(page);
    await expect(named(page, 'contextSearchTold').textContent()).resolves.toContain(
      'Only words were searched.',
    );
    await expect(hits.textContent()).resolves.toContain('words: no. 1');
    await hits.locator('tbody tr').first().click();
    await settled(page);
    const read = named(page, 'conversationRead');
    await expect(read.textContent()).resolves.toContain('Why is the <b>login</b> test flaky?');
    await read.locator('summary').first().click();
    await expect(read.textContent()).resolves.toContain('await refresh();');
    await page.close();
    await client.conversation.delete({ conversationId: id });
  });
}
