import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation, type Resource, resource } from '../contract/operation.ts';
import { resources } from './index.ts';
import { manifestOf } from './manifest.ts';
import { mcpTools } from './mcp-tools.ts';

const tools = mcpTools(resources);

test('every operation that the node and the plugin offer is a tool, but no decision about people', () => {
  const offered = manifestOf(resources, '1.0.0').resources.flatMap(({ operations }) => operations);
  const decides = (id: string) => {
    const [resourceId = '', key = ''] = id.split('.');
    const of: Resource = resources[resourceId as keyof typeof resources];
    return of.operations[key]?.decides === true;
  };
  expect(tools.map((tool) => tool.operation)).toEqual(offered.flatMap(({ id }) => (decides(id) ? [] : [id])));
  expect(offered.filter(({ id }) => decides(id)).map(({ id }) => id)).toEqual([
    ...['plan.create', 'plan.close', 'stageGate.review', 'stageGate.confirm', 'approval.override'],
    ...['approval.bulk', 'approval.confirm', 'evaluation.confirm', 'evaluation.override', 'contest.decide'],
    ...['oversight.set', 'level.switchOn'],
  ]);
});

test('names fit every client, and each is used once', () => {
  const names = tools.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  // Clients put the server's name before it, and models take 64 characters.
  expect(names.filter((name) => !/^[a-z][a-z0-9_]{2,47}$/.test(name))).toEqual([]);
});

test('every tool says what it does and takes one object', () => {
  for (const { title, description, inputSchema } of tools) {
    expect(description.startsWith(title)).toBe(true);
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
  }
});

test('the whole list fits into what a model reads', () => {
  expect(JSON.stringify(tools).length / tools.length).toBeLessThan(1_000);
});

const thing = resource({
  id: 'bigThing',
  name: 'Thing',
  description: 'Things.',
  operations: Object.fromEntries(
    (
      [
        ['list', 'GET', 200],
        ['create', 'POST', 201],
        ['closeAll', 'POST', 200],
        ['replace', 'PUT', 200],
        ['change', 'PATCH', 200],
        ['remove', 'DELETE', 204],
        ['hidden', 'POST', 200],
      ] as const
    ).map(([key, method, status]) => [
      key,
      operation({
        method,
        status,
        path: `/${key}`,
        summary: `Do ${key}`,
        access: ['admin'],
        input: z.object({
          thingId: z.uuid(),
          on: z.iso.date().optional(),
          limit: z.coerce.number().default(5),
        }),
        output: z.object({}),
        ...(key === 'hidden' ? { composable: false } : {}),
      }),
    ]),
  ),
}) as Resource;

test('annotations follow the method', () => {
  const hints = mcpTools({ thing }).map(({ name, annotations: a }) => [
    name,
    a.readOnlyHint,
    a.destructiveHint,
    a.idempotentHint,
  ]);
  expect(hints).toEqual([
    ['big_thing_list', true, false, true],
    ['big_thing_create', false, false, false],
    ['big_thing_close_all', false, true, false],
    ['big_thing_replace', false, true, true],
    ['big_thing_change', false, true, false],
    ['big_thing_remove', false, true, true],
  ]);
});

test('the schema of the input has defaults and formats, and requires what has neither', () => {
  expect(mcpTools({ thing })[0]?.inputSchema).toEqual({
    type: 'object',
    properties: {
      thingId: { type: 'string', format: 'uuid' },
      on: { type: 'string', format: 'date' },
      limit: { type: 'number', default: 5 },
    },
    required: ['thingId'],
    additionalProperties: false,
  });
});
