import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySession } from '../session.ts';
import { readWorkflowDirectory } from '../workflow-definition.ts';
import { cleanWorkflow } from './clean.ts';
import { driftOf } from './drift.ts';
import { diffWorkflows, pullNewWorkflows, unfiledWorkflows } from './sync.ts';

const directory = new URL('../../', import.meta.url).pathname;
const workflow = () => ({
  id: 'w1',
  name: 'Sample',
  active: true,
  nodes: [
    {
      retryOnFail: true,
      parameters: { b: 1, a: { d: 1, c: [{ y: 1, x: 2 }] } },
      name: 'Send',
      id: 'n1',
      type: 'n8n-nodes-base.emailSend',
      position: [0, 0],
      credentials: { smtp: { id: 'abc', name: 'Mail server' } },
    },
  ],
  connections: { Send: { main: [[]] } },
  settings: { timezone: 'UTC', availableInMCP: false },
});

describe('a workflow as it is kept', () => {
  test('has nothing that belongs to one n8n, and its keys in order', () => {
    const stored = { ...workflow(), versionId: 'v', createdAt: 'now', pinData: {}, isArchived: false };
    expect(JSON.stringify(cleanWorkflow(stored))).toBe(
      '{"id":"w1","name":"Sample","active":true,"settings":{"timezone":"UTC"},"nodes":[{"id":"n1","name":"Send",' +
        '"type":"n8n-nodes-base.emailSend","position":[0,0],"parameters":{"a":{"c":[{"x":2,"y":1}],"d":1},"b":1},' +
        '"credentials":{"smtp":{"id":null,"name":"Mail server"}},"retryOnFail":true}],"connections":{}}',
    );
  });

  test('is the same after it was cleaned again', () => {
    const once = cleanWorkflow(workflow());
    expect(JSON.stringify(cleanWorkflow(once as never))).toBe(JSON.stringify(once));
  });

  test.each(readWorkflowDirectory(directory))(
    '$name is in its file as it is kept, and explains itself',
    (definition) => {
      const { file: _file, ...content } = definition;
      expect(driftOf(cleanWorkflow(content), content as never)).toEqual([]);
      const types = definition.nodes.map(({ type }) => type);
      expect(types).toContain('n8n-nodes-base.stickyNote');
      expect(definition.tags).toHaveLength(1);
      expect(definition.settings.timezone).toBe('UTC');
      if (definition.id !== 'report-errors') expect(definition.settings.errorWorkflow).toBe('report-errors');
      expect(JSON.stringify(definition)).not.toMatch(/aim_\w{6}|sk-lf-|whsec_|password/i);
    },
  );
});

test.each(readWorkflowDirectory(directory))('no failure of a node of $name ends unseen', (definition) => {
  const unseen = definition.nodes.filter(({ name, onError }) => {
    const outputs = (definition.connections[name] as { main?: unknown[][] } | undefined)?.main ?? [];
    const target = onError === 'continueErrorOutput' ? outputs[1] : outputs[0];
    return onError !== undefined && onError !== 'stopWorkflow' && !target?.length;
  });
  expect(unseen.map(({ name }) => name)).toEqual([]);
});

/** How n8n 2.41 ranks triggers by type for its button, *Execute workflow*; it takes the first of the highest. */
const RANKS: Record<string, number> = {
  'n8n-nodes-base.formTrigger': 10,
  'n8n-nodes-base.webhook': 9,
  'n8n-nodes-ai-manager.aiManagerTrigger': 8,
  'n8n-nodes-ai-manager.signedWebhookTrigger': 8,
  'n8n-nodes-base.scheduleTrigger': 7,
  'n8n-nodes-base.manualTrigger': 6,
  'n8n-nodes-base.executeWorkflowTrigger': 4,
  'n8n-nodes-base.errorTrigger': 0,
};
/** Workflows that only make sense with what starts them: a request from outside, an event, a failure. */
const STARTED_BY_OTHERS: Record<string, string> = {
  'approval-with-escalation': 'Start from outside',
  'git-webhook-ingest': 'Push of GitHub',
  'manual-time-approval': 'When a request changes',
  'report-errors': 'When a workflow fails',
  'start-from-outside': 'POST daily-digest-for-approvers',
  'weekly-emails': 'Run completed',
};

test.each(readWorkflowDirectory(directory))(
  "n8n's button starts $name by hand, and does not wait for anything",
  ({ id, nodes }) => {
    const triggers = nodes.filter(({ type }) => /trigger$|webhook$/i.test(type));
    for (const { type } of triggers) expect(RANKS).toHaveProperty([type]);
    const [chosen] = triggers.toSorted((a, b) => (RANKS[b.type] ?? 0) - (RANKS[a.type] ?? 0));
    const other = STARTED_BY_OTHERS[id ?? ''];
    if (other) expect(chosen?.name).toBe(other);
    else if (chosen?.type === 'n8n-nodes-ai-manager.aiManagerTrigger')
      // In the editor it brings the newest event at once.
      expect(chosen.parameters.sample).toBe(true);
    else expect(chosen?.name).toMatch(/, or by hand$/);
  },
);

describe('workflows that are in n8n only', () => {
  let n8n: Listening;
  let folder: string;
  beforeAll(async () => {
    n8n = await startWorkflowRecorder([
      { ...stored('x1', 'Café: weekly sweep'), settings: { errorWorkflow: 'e1' } },
      stored('x2', 'Café weekly sweep'),
      { ...stored('x3', 'Old'), isArchived: true },
    ]);
    folder = mkdtempSync(join(tmpdir(), 'workflows-'));
  });
  afterAll(async () => {
    await n8n.stop();
    rmSync(folder, { recursive: true });
  });

  test('are named, with whether their failures are reported', async () => {
    expect(await unfiledWorkflows(keySession(n8n.url, 'key'), folder)).toEqual([
      { name: 'Café: weekly sweep', reportsErrors: true },
      { name: 'Café weekly sweep', reportsErrors: false },
    ]);
  });

  test('get files named after them when they are pulled, and are in no other file then', async () => {
    const session = keySession(n8n.url, 'key');
    expect(await pullNewWorkflows(session, folder)).toEqual([
      'cafe-weekly-sweep.json',
      'cafe-weekly-sweep-x2.json',
    ]);
    expect(await unfiledWorkflows(session, folder)).toEqual([]);
    expect(readWorkflowDirectory(folder).map(({ id, name }) => [id, name])).toEqual([
      ['x2', 'Café weekly sweep'],
      ['x1', 'Café: weekly sweep'],
    ]);
    expect((await diffWorkflows(session, folder)).flatMap(({ differences }) => differences)).toEqual([]);
  });
});

const stored = (id: string, name: string) => ({
  ...workflow(),
  id,
  name,
  isArchived: false,
  versionId: 'v1',
});

/** The part of n8n's public API that reads workflows. */
async function startWorkflowRecorder(
  workflows: { id: string; [key: string]: unknown }[],
): Promise<Listening> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://n8n');
    const id = /^\/api\/v1\/workflows\/(\w+)$/.exec(pathname)?.[1];
    const one = workflows.find((candidate) => candidate.id === id);
    const body = pathname === '/api/v1/workflows' ? { data: workflows, nextCursor: null } : one;
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { message: 'Not Found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Listening {
  url: string;
  stop(): Promise<void>;
}

test('drift names the node and the place', () => {
  const [before, after] = [cleanWorkflow(workflow()), cleanWorkflow(workflow())];
  Object.assign(after.nodes[0]?.parameters as object, { b: 2 });
  after.nodes.push({ name: 'New' });
  expect(driftOf(before, before)).toEqual([]);
  expect(driftOf(before, after)).toEqual([
    { place: 'node "Send": parameters.b', file: 1, n8n: 2 },
    { place: 'node "New"', file: undefined, n8n: '(present)' },
  ]);
});
