import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { staleFiles } from '../../../scripts/generate.ts';
import { EVENT_TYPES } from '../contract/events.ts';
import type { ManifestField } from '../contract/manifest-types.ts';
import {
  type Operation,
  operation,
  pathParameters,
  planErrors,
  planNote,
  type Resource,
  resource,
} from '../contract/operation.ts';
import { FEATURE_NAMES, QUOTAS } from '../contract/plans.ts';
import { literalFirst } from '../http/router.ts';
import { resources } from './index.ts';
import { manifestOf } from './manifest.ts';
import { openApi } from './openapi.ts';

type Json = Record<string, unknown>;

type Described = {
  parameters?: { name: string; required: boolean; example?: unknown; schema: Json }[];
  requestBody?: { content: { 'application/json': { example: Json } } };
  responses: Record<string, { content?: { 'application/json': { example: unknown } } }>;
};

const operations = Object.values(resources as Record<string, Resource>).flatMap((contract) =>
  Object.entries(contract.operations).map(([key, op]) => ({ id: `${contract.id}.${key}`, op })),
);

describe('the contracts', () => {
  test.each(operations)('$id has a summary, and takes every parameter of its path', ({ op }) => {
    expect(op.summary).toMatch(/^[A-Z].*[^.]$/);
    expect(Object.keys(op.input.shape)).toEqual(expect.arrayContaining(pathParameters(op.path)));
    for (const name of pathParameters(op.path))
      expect(op.input.shape[name]?.safeParse(undefined).success).toBe(false);
  });

  test.each(operations.filter(({ op }) => op.access !== 'public' && op.access.includes('builder')))(
    '$id declares whose its subject is, since builders may call it',
    ({ op }) => {
      expect(op.own).toBeDefined();
      if (typeof op.own !== 'object') return;
      if ('input' in op.own) expect(Object.keys(op.input.shape)).toContain(op.own.input);
      else expect(op.method).toBe('GET');
    },
  );

  test.each(operations.filter(({ op }) => op.feature !== undefined || op.quota !== undefined))(
    '$id says which plan it needs and what it takes from it',
    ({ op }) => {
      expect(op.access).not.toBe('public');
      expect(planNote(op)).toMatch(/^(Part of|Counts towards) .+\.$/);
      expect(planErrors(op)).not.toEqual([]);
    },
  );

  test('make every feature of the plans a part of some operation, and let every quota but the models be taken', () => {
    expect(new Set(operations.flatMap(({ op }) => op.feature ?? []))).toEqual(new Set(FEATURE_NAMES));
    expect(new Set(operations.flatMap(({ op }) => op.quota?.of ?? []))).toEqual(
      new Set(QUOTAS.filter((quota) => quota !== 'models')),
    );
  });

  /** Columns of eight bytes. */
  const LARGE = new Set([
    ...['dailyCostMicros', 'dailyMicros', 'seq', 'knownSeq'],
    ...['input', 'output', 'cacheRead', 'cacheWrite'],
    'allowed',
  ]);

  test.each(operations)('$id takes no integer that its column cannot hold', ({ op }) => {
    const faults: string[] = [];
    const look = (schema: unknown, name: string): void => {
      const node = Object(schema) as Record<string, unknown>;
      const [least, most] = LARGE.has(name) ? [0, Number.MAX_SAFE_INTEGER] : [-(2 ** 31), 2 ** 31 - 1];
      if (node.type === 'integer' && !(Number(node.minimum) >= least && Number(node.maximum) <= most))
        faults.push(`${name} takes ${node.minimum} to ${node.maximum}`);
      for (const [key, child] of Object.entries(node))
        if (child !== null && typeof child === 'object')
          look(child, /^(\d+|properties|items|anyOf|allOf)$/.test(key) ? name : key);
    };
    look(z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' }), '');
    expect(faults).toEqual([]);
  });

  test('know each resource by its id', () => {
    for (const [key, { id }] of Object.entries(resources)) expect(id).toBe(key);
  });

  test('serve each method of a path once', () => {
    const routes = operations.map(({ op }) => `${op.method} ${op.path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(routes).toEqual([...new Set(routes)]);
  });

  test('let no path with a parameter hide another without, in the order of the router', () => {
    const hides = ({ op: earlier }: { op: Operation }, { op: later }: { op: Operation }) =>
      earlier.method === later.method &&
      new RegExp(`^${earlier.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(later.path);
    const ordered = operations.toSorted(literalFirst);
    const hidden = ordered.flatMap((later, index) =>
      ordered
        .slice(0, index)
        .filter((earlier) => hides(earlier, later))
        .map((earlier) => [earlier.id, later.id]),
    );
    expect(hidden).toEqual([]);
  });

  test('list pages alike', () => {
    for (const { op } of operations.filter(({ op }) => op.list)) {
      expect(op.input.parse({ ...parametersOf(op) })).toMatchObject({ limit: 50 });
      expect(op.output.safeParse({ items: [], nextCursor: null }).success).toBe(true);
    }
  });
});

describe('the OpenAPI document', () => {
  const document = openApi(resources, { version: '1.2.3', serverUrl: 'https://api.example' });
  const paths = document.paths as Record<string, Record<string, Json>>;

  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('has every operation once, with an id, a summary and its problems', () => {
    const described = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      operations.map(({ id }) => id).sort(),
    );
    for (const { summary, tags, responses } of described) {
      expect(summary).toBeTypeOf('string');
      expect(tags).toHaveLength(1);
      expect(Object.keys(responses as Json).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  test.each(operations)(
    '$id has examples that can be sent, and a sample answer that it could give',
    ({ id, op }) => {
      const described = Object.values(paths)
        .flatMap((methods) => Object.values(methods))
        .find(({ operationId }) => operationId === id) as Described;
      const body = described.requestBody?.content['application/json'].example ?? {};
      const parameters = described.parameters ?? [];
      const sent = parameters.flatMap(({ name, example }) =>
        example === undefined ? [] : [[name, example]],
      );
      const accepted = op.input.safeParse({ ...body, ...Object.fromEntries(sent) });
      expect(accepted.error?.issues ?? []).toEqual([]);
      const optional = parameters.filter(({ required }) => !required);
      expect(optional.filter(({ example, schema }) => example ?? schema.example)).toEqual([]);
      const answer = described.responses[String(op.status ?? 200)]?.content?.['application/json'].example;
      if (answer !== undefined) expect(op.output.safeParse(answer).error?.issues ?? []).toEqual([]);
      expect(JSON.stringify(answer ?? null)).not.toMatch(/9007199254740991|"(14|17|18)\d\d-/);
    },
  );

  test('declares each parameter of a path as required', () => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const { parameters = [] } of Object.values(methods) as { parameters?: Json[] }[]) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path');
        expect(inPath.map(({ name }) => name)).toEqual(pathParameters(path));
        expect(inPath.every(({ required }) => required === true)).toBe(true);
      }
    }
  });

  test('refers only to components that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, target]) => target,
    );
    const { schemas } = document.components as { schemas: Json };
    expect(references.length).toBeGreaterThan(0);
    for (const target of new Set(references)) {
      expect(Object.keys(schemas)).toContain(target?.replace('#/components/schemas/', ''));
    }
  });

  test('says which operations need no key, and which roles the others need', () => {
    const { get } = paths['/health'] as { get: Json };
    expect(get.security).toEqual([]);
    const { post } = paths['/people/import'] as { post: Json };
    expect([post.security, post['x-roles']]).toEqual([[{ apiKey: [] }], ['admin', 'executive', 'ops']]);
  });

  test('lists the events as webhooks', () => {
    expect(Object.keys(document.webhooks as Json)).toEqual(EVENT_TYPES);
  });
});

test('generated files are not stale', async () => {
  expect(await staleFiles(), 'Run `npm run generate` and commit what it writes').toEqual([]);
});

describe('the manifest', () => {
  const manifest = manifestOf(resources, '1.2.3');
  const described = manifest.resources.flatMap((item) => item.operations);

  test('has every operation that can be composed, and no probes', () => {
    const composable = operations.filter(({ op }) => op.composable !== false).map(({ id }) => id);
    expect(described.map(({ id }) => id)).toEqual(composable);
    expect(composable).toContain('evaluation.startWeekly');
    expect(composable).not.toContain('health.ready');
  });

  test('has what a form needs: words for people, and choices where there are choices', () => {
    for (const { name, action, description, fields } of described) {
      for (const words of [name, action, description]) expect(words).toMatch(/^[A-Z]/);
      expect(new Set(fields.map((field) => field.name)).size).toBe(fields.length);
      for (const { label, type, options } of fields) {
        expect(label).toMatch(/^[A-Z]/);
        expect(options !== undefined && options.length > 0).toBe(
          type === 'options' || type === 'multiOptions',
        );
      }
    }
  });

  test('asks for every input of an operation', () => {
    for (const { id, fields } of described) {
      const op = operations.find((one) => one.id === id)?.op as Operation;
      const inputs = Object.keys(op.input.shape).filter(
        (name) => !(op.list && ['cursor', 'limit'].includes(name)),
      );
      expect([id, ...fields.map(({ name }) => name).toSorted()]).toEqual([id, ...inputs.toSorted()]);
    }
  });

  test('lets a name that is new be written, and not chosen', () => {
    const chosen = described.filter(
      ({ id, fields }) =>
        /\.(create|upload)$/.test(id) && fields.some(({ name, locator }) => name === 'name' && locator),
    );
    expect(chosen.map(({ id }) => id)).toEqual([]);
  });

  test('keeps the paging of lists out of the form', () => {
    for (const { list, fields } of described) {
      const names = fields.map(({ name }) => name);
      if (list) expect(names).not.toEqual(expect.arrayContaining(['cursor']));
      if (list) expect(names).not.toEqual(expect.arrayContaining(['limit']));
    }
  });

  test('offers the events to subscribe to', () => {
    expect(manifest.events.map(({ type }) => type)).toEqual(EVENT_TYPES);
  });

  test('chooses the widget of a field by its schema', () => {
    const every = resource({
      id: 'thing',
      name: 'Thing',
      description: 'Things.',
      operations: {
        change: operation({
          method: 'PATCH',
          path: '/things/{thingId}',
          summary: 'Change a thing',
          access: ['admin'],
          input: z.object({
            thingId: z.string(),
            size: z.int().min(1).max(9),
            ratio: z.number().optional(),
            isOpen: z.boolean().default(true),
            kind: z.enum(['on_leave', 'a.b']),
            kinds: z.array(z.enum(['x'])),
            at: z.iso.datetime().optional(),
            table: z.union([z.string(), z.array(z.object({}))]).describe('A table'),
            free: z.object({}),
            spans: z.array(z.object({ from: z.string(), to: z.string() })),
          }),
          output: z.object({}),
          hints: { table: { label: 'The table', placeholder: 'a,b', multiline: true } },
        }),
      },
    });
    const [change] = manifestOf({ thing: every }, '1').resources[0]?.operations ?? [];
    expect(change).toMatchObject({
      id: 'thing.change',
      name: 'Change',
      method: 'PATCH',
      path: '/things/{thingId}',
    });
    const body = (field: Partial<ManifestField>) => ({
      in: 'body',
      description: '',
      required: true,
      ...field,
    });
    expect(change?.fields).toEqual([
      body({ name: 'thingId', in: 'path', label: 'Thing Id', type: 'string' }),
      body({ name: 'size', label: 'Size', type: 'number', minValue: 1, maxValue: 9, precision: 0 }),
      body({ name: 'ratio', label: 'Ratio', type: 'number', required: false }),
      body({ name: 'isOpen', label: 'Is Open', type: 'boolean', required: false, default: true }),
      body({
        name: 'kind',
        label: 'Kind',
        type: 'options',
        options: [
          { value: 'on_leave', name: 'On Leave' },
          { value: 'a.b', name: 'a.b' },
        ],
      }),
      body({ name: 'kinds', label: 'Kinds', type: 'multiOptions', options: [{ value: 'x', name: 'X' }] }),
      body({ name: 'at', label: 'At', type: 'dateTime', required: false }),
      body({
        name: 'table',
        label: 'The table',
        type: 'string',
        description: 'A table',
        placeholder: 'a,b',
        multiline: true,
      }),
      body({ name: 'free', label: 'Free', type: 'json' }),
      body({ name: 'spans', label: 'Spans', type: 'json', description: 'A list of {from, to}' }),
    ]);
  });
});

test('a form picks rows, values and columns where the contracts say how', () => {
  const list = { method: 'GET', access: ['admin'], list: true, output: z.object({}) } as const;
  const shelf = resource({
    id: 'shelf',
    name: 'Shelf',
    description: 'Shelves.',
    locate: { operation: 'list', id: 'id', field: 'shelfId', shown: ['label'] },
    operations: {
      list: operation({
        ...list,
        path: '/shelves',
        summary: 'List',
        input: z.object({ search: z.string().optional() }),
      }),
      fill: operation({
        method: 'POST',
        path: '/shelves/{shelfId}/fill',
        summary: 'Fill',
        access: ['admin'],
        input: z.object({ shelfId: z.string(), colour: z.string(), day: z.iso.date(), rows: z.string() }),
        output: z.object({ picture: z.string() }),
        files: ['picture'],
        hints: {
          colour: { choices: { operation: 'shelf.list', value: 'colour' } },
          rows: {
            table: z.object({
              sku: z.string(),
              on: z.iso.date(),
              n: z.preprocess(Number, z.number().nullable()),
            }),
          },
        },
      }),
    },
  });
  const [, fill] = manifestOf({ shelf }, '1').resources[0]?.operations ?? [];
  expect(fill?.files).toEqual(['picture']);
  expect(fill?.fields).toMatchObject([
    { locator: { resource: 'shelf', path: '/shelves', id: 'id', shown: ['label'], search: true } },
    { choices: { operation: 'shelf.list', path: '/shelves', value: 'colour' } },
    { type: 'date' },
    {
      columns: [
        { name: 'sku', required: true, type: 'string' },
        { name: 'on', required: true, type: 'date' },
        { name: 'n', required: false, type: 'number' },
      ],
    },
  ]);
});

function parametersOf(op: Operation): Record<string, string> {
  return Object.fromEntries(
    pathParameters(op.path).map((name) => [
      name,
      name === 'name' ? 'a-name' : '01890000-0000-7000-8000-000000000000',
    ]),
  );
}
