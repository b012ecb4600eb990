import { join } from 'node:path';
import { expect } from 'vitest';
import { createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { createN8nClient } from '../../workflows/src/index.ts';
import { runQualityAlerts } from './quality-runs.ts';
import { localSecrets } from './secrets.ts';
import { runExportedTemplates } from './template-runs.ts';
import { editAndSync } from './workflow-sync.ts';

/** Notifications are sent by jobs, beside the workflows. */
const SOON = { timeout: 60_000, interval: 250 };

/** A mail of the development inbox. */
export interface Mail {
  id: string;
  subject: string;
  text: string;
  attachments: { filename: string }[];
}

export type MailTo = (to: string, subject?: string) => Promise<Mail>;

/** Runs the workflows that a start by itself does not run, on the real n8n, with mails in the real inbox. */
export async function runWorkflows(
  ports: Record<string, string>,
  dataDirectory: string,
  mailTo: MailTo,
): Promise<void> {
  const { n8nPassword: password, startKey, apiKey } = localSecrets(dataDirectory);
  const owner = { email: 'owner@ai-manager.example', password };
  const stateFile = join(dataDirectory, 'n8n', 'bootstrap.json');
  const n8n = await createN8nClient({ url: `http://127.0.0.1:${ports.N8N_PORT}`, ...owner, stateFile });
  const api = `http://127.0.0.1:${ports.PORT}`;
  const start = async (path: string, body: object = {}) => {
    const answer = await n8n.runWebhook({ path, headers: { 'X-Start-Key': startKey }, body });
    expect(answer.status, path).toBe(200);
  };
  const client = createClient(resources, { baseUrl: api, apiKey });
  await runExportedTemplates({ n8n, owner, stateFile, client, start, mailTo });
  await askForManualTime();
  await start('dead-letter-digest');
  await start('licence-notices');
  await start('plan-notices');
  await start('hourly-analytics');
  await start('daily-correlation');
  await start('weekly-cleanup');
  await start('weekly-assistant-report');
  const report = await mailTo(owner.email, 'people worked with assistants');
  expect(report.attachments.map(({ filename }) => filename)).toEqual([
    expect.stringMatching(/^team-report-.*\.pdf$/),
  ]);
  await start('send-missing-emails', { afterMinutes: 0 });
  await start('prompt-optimisation');
  await start('stage-gate-sweep');
  await expect
    .poll(async () => (await client.notification.list({ source: 'n8n: stage-gate sweep' })).items, SOON)
    .toMatchObject([
      { title: expect.stringMatching(/^Stage gates: \d+ of 84 projects/), name: 'Rowan Ledger' },
    ]);
  await start('monthly-compliance-report');
  const compliance = await mailTo(owner.email, 'soc2-access-review');
  expect(compliance.attachments.map(({ filename }) => filename)).toEqual(
    expect.arrayContaining(['users.csv', 'keys.csv']),
  );

  const approved = { title: 'Approve me', approvers: 'boss@example.com', requester: 'asker@example.com' };
  await start('approval-with-escalation', approved);
  const token = /token=([\w-]+)/.exec((await mailTo('boss@example.com', 'Approve me')).text)?.[1] ?? '';
  await start('daily-digest-for-approvers');
  expect((await mailTo('boss@example.com', '1 decision waiting')).text).toContain('Approve me');
  const form = new URLSearchParams({ token, choice: 'approved', reason: 'Well done' });
  expect((await fetch(`${api}/decide`, { method: 'POST', body: form })).status).toBe(200);
  expect((await mailTo('asker@example.com', 'Approve me: approved')).text).toContain('by boss@example.com');

  const late = { ...approved, title: 'Escalate me', manager: 'manager@example.com', hours: 0.001 };
  await start('approval-with-escalation', late);
  await mailTo('manager@example.com', 'Escalate me');
  await mailTo('asker@example.com', 'Escalate me: not decided');

  await mailTo('quill.marrow@sample-company.example', 'Received: manual time, 3 h');
  const lead = 'sorrel.tally@sample-company.example';
  const asked = await mailTo(lead, 'Manual time to decide: Quill Marrow');
  expect(asked.text).toContain('Helped the hotline');
  expect(asked.text).toMatch(/\/applications\/ai-manager-executive\/approvals\?request=/);
  await start('daily-digest-for-approvers');
  expect((await mailTo(lead, 'waiting')).text).toContain('Manual time: Quill Marrow, 3 h');

  await failOnPurpose();
  await mailTo(owner.email, 'Monthly compliance report: failed');
  await editAndSync(n8n.url, n8n.apiKey);
  await runQualityAlerts({ n8n, owner, stateFile, start, mailTo });
  const executions = await n8n.listExecutions({ limit: 200 });
  const failed = executions.filter(({ status }) => status !== 'success');
  const { id: failing } = (await n8n.listWorkflows()).find(({ name }) =>
    name.includes('template asked-by-n8n'),
  ) ?? { id: '' };
  expect(failed.map(({ workflowId, status }) => `${workflowId}: ${status}`)).toEqual([
    'monthly-compliance-report: error',
    // It waits for the one above.
    'start-from-outside: error',
    `${failing}: error`,
  ]);

  /** By rules alone a person has to decide: what was done must be read. */
  async function askForManualTime(): Promise<void> {
    await client.approval.submit({
      builderId: 'b-0001',
      date: new Date().toISOString().slice(0, 10),
      hours: 3,
      category: 'support',
      justification: 'Helped the hotline of a customer by telephone, away from the computer.',
    });
  }

  /** A wrong key: the workflow fails, and its error workflow says so. */
  async function failOnPurpose(): Promise<void> {
    const credential = { name: 'AI Manager API', type: 'aiManagerApi' };
    await n8n.upsertCredential({ ...credential, data: { baseUrl: api, apiKey: 'wrong' } });
    const path = 'monthly-compliance-report';
    await n8n.runWebhook({ path, headers: { 'X-Start-Key': startKey }, body: {} });
    await n8n.upsertCredential({ ...credential, data: { baseUrl: api, apiKey } });
  }
}
