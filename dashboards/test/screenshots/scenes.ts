import type { Page } from 'playwright-core';
import { named, settled } from '../browser.ts';

type Scene = (page: Page) => Promise<void>;

/** Chooses a row of a table and waits for what it loads. */
const row =
  (table: string, text?: string): Scene =>
  async (page) => {
    const rows = named(page, table).locator('tbody tr', text ? { hasText: text } : {});
    await rows.first().click();
    await settled(page);
  };

const tab =
  (name: string): Scene =>
  async (page) => {
    await page.getByRole('button', { name, exact: true }).click();
    await settled(page);
  };

const fill =
  (name: string, text: string): Scene =>
  async (page) =>
    named(page, name).locator('input:not([type=file]), textarea').fill(text);

const choose =
  (name: string, value: string): Scene =>
  async (page) => {
    await named(page, name).locator('select').selectOption(value);
    await settled(page);
  };

const search =
  (table: string, text: string): Scene =>
  async (page) =>
    named(page, table).locator('input.search').fill(text);

const press =
  (name: string): Scene =>
  async (page) => {
    await named(page, name).getByRole('button').click();
    await settled(page);
  };

const each =
  (...scenes: Scene[]): Scene =>
  async (page) => {
    for (const scene of scenes) await scene(page);
  };

const searchConversations = each(fill('contextQuery', 'refreshSessionToken race'), press('contextSearchRun'));

const ask = each(
  fill('policyQuestion', 'Within how many days is time claimed that was not tracked?'),
  press('policyAsk'),
);

const tryText = each(
  fill(
    'validationText',
    'Thank you for writing to us 😀. We guarantee that it arrives this week, call +47 22 12 34 56.',
  ),
  press('validationTry'),
);

/** What is done on a page before its picture is taken, by app and page. */
export const scenes: Record<string, Scene> = {
  'ai-manager-executive/approvals': row('approvalsTable'),
  'ai-manager-executive/decisions': row('decisionsTable', 'bakeries'),
  'ai-manager-executive/contests': row('contestsTable'),
  'ai-manager-executive/evaluations': each(row('evaluationsTable'), tab('Reasons and evidence')),
  'ai-manager-executive/performance': row('performanceTable', 'falling'),
  'ai-manager-executive/plans': row('plansTable', 'Quill'),
  'ai-manager-executive/people': row('peopleTable'),
  'ai-manager-executive/projects': row('projectsTable'),
  'ai-manager-executive/stage-gates': row('gatesTable', 'Paper Otter'),
  'ai-manager-executive/policies': row('policiesTable', 'Manual time'),
  'ai-manager-executive/ask': ask,
  'ai-manager-executive/rules': each(
    choose('rulesKind', 'approval'),
    search('rulesTable', 'cap-exceeded'),
    row('rulesTable'),
    press('ruleReplay'),
  ),
  'ai-manager-executive/prompts': each(
    row('promptsTable', "builder's weekly note"),
    row('versionsTable', '2'),
    tab('Diff with production'),
  ),
  'ai-manager-executive/experiments': each(row('experimentsTable'), tab('Report')),
  'ai-manager-executive/proposals': row('optimizationsTable'),
  'ai-manager-executive/agents': each(row('agentsTable', 'Week reader'), tab('Executions')),
  'ai-manager-executive/notification-templates': row('noticeTemplatesTable', 'Weekly evaluation'),
  'ai-manager-executive/templates': each(row('templatesTable', 'Onboard'), tab('Versions')),
  'ai-manager-executive/validation': each(row('validationSetsTable', 'customers'), tryText),
  'ai-manager-builder/my-week': each(tab('Reasons and evidence')),
  'ai-manager-builder/my-contests': row('myContestsTable'),
  'ai-manager-builder/my-requests': row('requestsTable', 'Appealed'),
  'ai-manager-builder/stage-gates': row('gatesTable'),
  'ai-manager-builder/ask': ask,
  'ai-manager-executive/reviews': press('reviewNext'),
  'ai-manager-executive/accountability': row('kindNoticesTable', 'Time request'),
  'ai-manager-council/accountability': row('kindNoticesTable', 'Weekly evaluation'),
  'ai-manager-reviewer/stage-gates': row('gatesTable'),
  'ai-manager-context/conversations': row('conversationsTable', 'login'),
  'ai-manager-context/search': searchConversations,
  'ai-manager-operations/runs': row('runsTable'),
  'ai-manager-operations/instances': row('instancesTable', 'compensated'),
  'ai-manager-operations/templates': row('templatesTable', 'Onboard'),
  'ai-manager-operations/jobs': each(choose('jobsState', 'dead'), row('jobsTable')),
  'ai-manager-operations/webhooks': row('webhooksTable', 'broken'),
  'ai-manager-operations/decisions': row('decisionsTable', 'bakeries'),
  'ai-manager-operations/agents': row('agentsTable'),
  'ai-manager-operations/validation': each(
    row('validationSetsTable', 'customers'),
    tab('History'),
    row('validationHistoryTable', 'failed'),
  ),
};
