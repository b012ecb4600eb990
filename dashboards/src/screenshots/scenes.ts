import type { Page } from 'playwright-core';
import { named, settled } from '../../test/browser.ts';

type Scene = (page: Page) => Promise<void>;

/** Chooses a row of a table and waits for what it loads. */
const row =
  (table: string, text?: string): Scene =>
  async (page) => {
    const rows = named(page, table).locator('tbody tr', text ? { hasText: text } : {});
    await rows.first().click();
    await settled(page);
  };

/** What is done on a page before its picture is taken, by app and page. */
export const scenes: Record<string, Scene> = {
  'ai-manager-executive/approvals': row('approvalsTable'),
  'ai-manager-executive/evaluations': row('evaluationsTable'),
};
