import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { bootstrapN8n, type N8nClient } from '../../workflows/src/index.ts';
import type { MailTo } from './workflow-runs.ts';

interface Runs {
  n8n: N8nClient;
  owner: { email: string; password: string };
  stateFile: string;
  client: Client;
  start(path: string, body: object): Promise<void>;
  mailTo: MailTo;
}

/** Exports a workflow template, brings it into n8n as a person would, and runs it there to its end. */
export async function runExportedTemplate({
  n8n,
  owner,
  stateFile,
  client,
  start,
  mailTo,
}: Runs): Promise<void> {
  const { workflow } = await client.workflowTemplate.exportN8n({ name: 'monthly-report' });
  const directory = mkdtempSync(join(tmpdir(), 'ai-manager-template-'));
  try {
    writeFileSync(join(directory, 'template.json'), JSON.stringify({ ...workflow, active: true }));
    await bootstrapN8n({ n8n, owner, stateFile, credentials: [], workflowsDirectory: directory });
    await start('template-monthly-report', {
      input: { recipients: ['board@example.com', 'advisor@example.com'], week: '2026-W46' },
    });
    for (const reader of ['board@example.com', 'advisor@example.com'])
      expect((await mailTo(reader, 'Monthly report')).text).toContain('Weekly report: 2026-W46');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
