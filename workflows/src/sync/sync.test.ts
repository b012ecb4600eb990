import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from '../workflow-definition.ts';
import { cleanWorkflow } from './clean.ts';
import { driftOf } from './drift.ts';

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
      expect(definition.settings.timezone).toBe('UTC');
      if (definition.id !== 'report-errors') expect(definition.settings.errorWorkflow).toBe('report-errors');
      expect(JSON.stringify(definition)).not.toMatch(/aim_\w{6}|sk-lf-|whsec_|password/i);
    },
  );
});

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
