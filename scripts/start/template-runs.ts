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
/** A silent execution is found after its minute and two more, by a schedule of a minute. */
const POLL_SILENT = { timeout: 300_000, interval: 1_000 };

/** n8n carries it out: a list, a question that can be taken back, and a step that fails. */
const carriedOutByN8n = {
  name: 'asked-by-n8n',
  title: 'Asked by n8n',
  runner: 'n8n',
  silentAfterMinutes: 1,
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
 * Exports templates, brings them into n8n as a person would, and runs them there: one to its end, one whose step fails,
 * and one whose execution is ended in the middle. What the latter two did is undone by the API.
 * @returns waits until the execution that was ended has been undone, which takes minutes
 */
export async function runExportedTemplates(runs: Runs): Promise<() => Promise<void>> {
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
  await bringIn(runs, [await exported('monthly-report'), failing, pausedAfter(failing, 'ask')]);

  const ended = await endInTheMiddle(runs);
  await start('template-monthly-report', { input: { recipients: READERS, week: '2026-W46' } });
  for (const reader of READERS)
    expect((await mailTo(reader, 'Monthly report')).text).toContain('Weekly report: 2026-W46');

  await start('template-asked-by-n8n', { input: { who: 'failing' } });
  await untilUndone(client, 'Asked by n8n for failing, 0 found', POLL);
  return ended;
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

/** A copy that waits for an hour after a step has acted, and before it is reported. */
function pausedAfter(workflow: Exported, step: string): Exported {
  const copy = structuredClone(workflow);
  const end = `${step}: end`;
  const wait = { resume: 'timeInterval', unit: 'hours', amount: 1 };
  const [hook] = copy.nodes.filter(({ type }) => type.endsWith('.webhook'));
  if (hook) hook.parameters.path = 'template-paused';
  const place = { typeVersion: 1.1, position: [0, 640], webhookId: '0197e7a0-0000-7000-8000-000000000001' };
  const type = 'n8n-nodes-base.wait';
  copy.nodes.push({ id: 'paused', name: 'Paused', type, parameters: wait, ...place });
  copy.connections[step] = { main: [[{ node: 'Paused', type: 'main', index: 0 }]] };
  copy.connections.Paused = { main: [[{ node: end, type: 'main', index: 0 }]] };
  return { ...copy, id: 'paused-template', name: 'Asked by n8n, paused' };
}

/** Ends an execution while its step has acted and is not reported. */
async function endInTheMiddle({ n8n, client, start }: Runs): Promise<() => Promise<void>> {
  await start('template-paused', { input: { who: 'ended' } });
  const waiting = () => n8n.listExecutions({ workflowId: 'paused-template', status: 'waiting' });
  await expect.poll(async () => (await waiting()).length, POLL).toBe(1);
  const [execution] = await waiting();
  const stop = await fetch(`${n8n.url}/api/v1/executions/${execution?.id}/stop`, {
    method: 'POST',
    headers: { 'X-N8N-API-KEY': n8n.apiKey },
  });
  expect(stop.status).toBe(200);
  return () => untilUndone(client, 'Asked by n8n for ended, 0 found', POLL_SILENT);
}

/** Waits until the question of an instance is taken back and the instance has ended. */
async function untilUndone(client: Client, search: string, poll: typeof POLL): Promise<void> {
  const asked = async () => (await client.decision.list({ search, limit: 10 })).items;
  await expect.poll(async () => (await asked()).map(({ status }) => status), poll).toEqual(['cancelled']);
}
