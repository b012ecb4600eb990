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

interface Exported {
  id: string;
  name: string;
  nodes: { id: string; name: string; type: string; parameters: Record<string, unknown> }[];
  connections: Record<string, { main: { node: string; type: 'main'; index: number }[][] }>;
}

const READERS = ['board@example.com', 'advisor@example.com'];
const POLL = { timeout: 60_000, interval: 250 };

/** n8n carries it out: a list, a question that can be taken back, and a step that fails. */
const carriedOutByN8n = {
  name: 'asked-by-n8n',
  title: 'Asked by n8n',
  runner: 'n8n',
  input: { who: { type: 'text', example: 'by hand' } },
  steps: [
    { id: 'people', type: 'operation', operation: 'builder.list', input: { search: 'nobody-has-this-name' } },
    {
      id: 'ask',
      type: 'operation',
      operation: 'decision.create',
      input: {
        title: '="Asked by n8n for " + input.who + ", " + string(size(steps.people.output.items)) + " found"',
        notify: false,
      },
      compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
    },
    { id: 'missing', type: 'operation', operation: 'builder.get', input: { builderId: 'b-none' } },
  ],
};

/**
 * Exports templates, brings them into n8n as a person would, and runs them there: one to its end, and one whose step
 * fails. What that one did is undone by the API.
 */
export async function runExportedTemplates(runs: Runs): Promise<void> {
  const { client, start, mailTo } = runs;
  await client.workflowTemplate.save({
    definition: carriedOutByN8n,
    expectedVersion: 0,
    comment: 'To run it in n8n',
  });
  await client.workflowTemplate.publish({ name: carriedOutByN8n.name, version: 1, seen: 0 });
  const exported = async (name: string) =>
    (await client.workflowTemplate.exportN8n({ name })).workflow as unknown as Exported;
  const failing = await exported(carriedOutByN8n.name);
  await bringIn(runs, [await exported('monthly-report'), failing]);

  await start('template-monthly-report', { input: { recipients: READERS, week: '2026-W46' } });
  for (const reader of READERS)
    expect((await mailTo(reader, 'Monthly report')).text).toContain('Weekly report: 2026-W46');

  await start('template-asked-by-n8n', { input: { who: 'failing' } });
  await untilUndone(client, 'Asked by n8n for failing, 0 found');
}

/** Writes exports where the import reads workflows; their credentials and their error workflow are in n8n already. */
async function bringIn({ n8n, owner, stateFile }: Runs, workflows: Exported[]): Promise<void> {
  const workflowsDirectory = mkdtempSync(join(tmpdir(), 'ai-manager-template-'));
  try {
    for (const workflow of workflows)
      writeFileSync(
        join(workflowsDirectory, `${workflow.id}.json`),
        JSON.stringify({ ...workflow, active: true }),
      );
    const brought = await bootstrapN8n({ n8n, owner, stateFile, credentials: [], workflowsDirectory });
    expect(brought.workflows.filter(({ active }) => !active)).toEqual([]);
  } finally {
    rmSync(workflowsDirectory, { recursive: true, force: true });
  }
}

/** Waits until the question of an instance is taken back and the instance has ended. */
async function untilUndone(client: Client, search: string): Promise<void> {
  const asked = async () => (await client.decision.list({ search, limit: 10 })).items;
  await expect.poll(async () => (await asked()).map(({ status }) => status), POLL).toEqual(['cancelled']);
}
