import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  applyVariables,
  bindCredentials,
  bindWorkflowIds,
  exampleRecipients,
  missingCredentials,
  referencedWorkflowIds,
  scheduleIn,
  withRecipientsOf,
} from './bind-workflow.ts';
import { mailWorkflow, manualWorkflow } from './test-workflows.ts';
import { readWorkflowDirectory, type WorkflowDefinition, workflowDigest } from './workflow-definition.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workflows-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a credential is bound by name and type, whatever its id is here', () => {
  const bound = bindCredentials(mail(), [
    { id: 'c1', name: 'Mail', type: 'smtp' },
    { id: 'c2', name: 'Hook key', type: 'httpHeaderAuth' },
  ]);
  expect(bound.nodes.find(({ name }) => name === 'Send')?.credentials).toEqual({
    smtp: { id: 'c1', name: 'Mail' },
  });
});

test('a missing credential is named with its node, and keeps its name in the workflow', () => {
  const available = [{ id: 'c1', name: 'Mail', type: 'imap' }];
  expect(missingCredentials(mail(), available)).toEqual([
    'a credential "Hook key" of type httpHeaderAuth (node "Hook")',
    'a credential "Mail" of type smtp (node "Send")',
  ]);
  const send = bindCredentials(mail(), available).nodes.find(({ name }) => name === 'Send');
  expect(send?.credentials).toEqual({ smtp: { id: null, name: 'Mail' } });
});

test('a variable sets the value of the same name in the Settings node', () => {
  const [changed] = applyVariables([mail()], { mailFrom: 'boss@example.com' });
  expect(JSON.stringify(changed)).toContain('"name":"mailFrom","value":"boss@example.com","type":"string"');
});

test('a variable that no workflow has is refused', () => {
  expect(() => applyVariables([mail()], { mailfrom: 'x' })).toThrow(
    'No workflow has a "Settings" node that sets mailfrom',
  );
});

test('recipients that a file invents are found, but not its sender, and keep what another version has for them', () => {
  const files = readWorkflowDirectory(new URL('..', import.meta.url).pathname);
  expect([...exampleRecipients(files)].sort()).toEqual([
    'complianceEmail',
    'licencesEmail',
    'managersEmail',
    'operationsEmail',
  ]);
  const file = files.find(({ id }) => id === 'report-errors') as WorkflowDefinition;
  const [installed] = applyVariables([file], { operationsEmail: 'ops@ours.example' });
  const kept = withRecipientsOf(file, { file, other: installed as WorkflowDefinition });
  expect(JSON.stringify(kept.nodes)).toContain('"ops@ours.example"');
  expect(JSON.stringify(kept.nodes)).not.toContain('operations@example.com');
  expect(JSON.stringify(kept.nodes)).toContain('AI Manager <ai-manager@example.com>');
});

test('schedules go by the zone of the company, and a workflow that names none is left alone', () => {
  const scheduled = { ...mail(), settings: { timezone: 'UTC', errorWorkflow: 'report-errors' } };
  const [moved, unmoved] = scheduleIn([scheduled, mail()], 'Europe/Oslo');
  expect(moved?.settings).toEqual({ timezone: 'Europe/Oslo', errorWorkflow: 'report-errors' });
  expect(unmoved?.settings).toEqual(mail().settings);
});

test('a workflow that goes by another id here is called by that id', () => {
  expect(referencedWorkflowIds(mail())).toEqual(['report-errors']);
  expect(bindWorkflowIds(mail(), new Map([['report-errors', 'x7']])).settings.errorWorkflow).toBe('x7');
});

test('the digest ignores what n8n adds by itself, and notices everything else', () => {
  const [first] = mail().nodes;
  const withWebhookId = {
    ...mail(),
    nodes: mail().nodes.map((node) => (node.id === first?.id ? { ...node, webhookId: 'w' } : node)),
  };
  expect(workflowDigest(withWebhookId)).toBe(workflowDigest(mail()));
  expect(workflowDigest({ ...mail(), name: 'Other' })).not.toBe(workflowDigest(mail()));
});

test('a file that is no workflow is named with the field', () => {
  write('a.json', { name: 'No nodes', connections: {} });
  expect(() => readWorkflowDirectory(folder)).toThrow('a.json is not an n8n workflow: nodes');
});

test('a file that is not JSON is named', () => {
  writeFileSync(join(folder, 'a.json'), '{');
  expect(() => readWorkflowDirectory(folder)).toThrow('a.json is not JSON');
});

test('two files of one name are refused', () => {
  write('a.json', manualWorkflow());
  write('b.json', manualWorkflow());
  expect(() => readWorkflowDirectory(folder)).toThrow(
    'b.json and a.json both use the name or id "Started by hand".',
  );
});

function write(file: string, content: unknown): void {
  writeFileSync(join(folder, file), JSON.stringify(content));
}

function mail(): WorkflowDefinition {
  write('mail.json', mailWorkflow('Hello'));
  const [definition] = readWorkflowDirectory(folder);
  if (!definition) throw new Error('no workflow was read');
  return definition;
}
