import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest, ManifestField, ManifestOperation } from '../nodes/AiManager/manifest.ts';
import generated from '../nodes/AiManager/operations.generated.json' with { type: 'json' };
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { type Recorder, startRecorder } from './support/recorder.mts';

const manifest = generated as Manifest;
const operations = manifest.resources.flatMap((resource) =>
  resource.operations.map((op) => ({ resource, op })),
);

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: `${api.url}/`, apiKey: 'key-1' });
});
beforeEach(() => api.reset());
afterAll(() => api.close());

const samples: Record<ManifestField['type'], (field: ManifestField) => unknown> = {
  string: (field) => `${field.name} é/1`,
  number: (field) => field.minValue ?? 3,
  boolean: (field) => field.default !== true,
  options: (field) => field.options?.at(-1)?.value,
  multiOptions: (field) => field.options?.map(({ value }) => value),
  json: () => ({ rows: [1] }),
  date: () => '2026-11-02',
  dateTime: () => '2026-11-02T09:00:00.000Z',
};

function parametersOf(resource: string, op: ManifestOperation, fields: ManifestField[]): INodeParameters {
  const given = (required: boolean) =>
    Object.fromEntries(
      fields
        .filter((field) => field.required === required)
        .map((field) => [field.name, samples[field.type](field)]),
    );
  return {
    resource,
    operation: op.key,
    ...given(true),
    additionalFields: given(false),
    simplify: false,
  } as INodeParameters;
}

describe.each(operations)('$op.id', ({ resource, op }) => {
  const answer = op.list ? { items: [{ id: 1 }, { id: 2 }], nextCursor: null } : { id: 1, name: 'x' };

  test('sends every field where the contract wants it, and puts out what came back', async () => {
    api.answer(() => ({ body: answer }));
    const node = aiManager(parametersOf(resource.id, op, op.fields));
    const run = await engine.run(engine.workflow([start(), node]), [{}]);

    expect(run.data.resultData.error?.message).toBeUndefined();
    expect(api.requests).toHaveLength(1);
    const request = api.requests[0];
    const values = Object.fromEntries(op.fields.map((field) => [field.name, samples[field.type](field)]));
    const path = op.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(values[name])));
    expect(request).toMatchObject({ method: op.method, path, headers: { authorization: 'Bearer key-1' } });
    for (const field of op.fields.filter((candidate) => candidate.in === 'query')) {
      expect(request?.query.getAll(field.name)).toEqual([values[field.name]].flat().map(String));
    }
    const body = op.fields.filter((field) => field.in === 'body').map(({ name }) => [name, values[name]]);
    expect(request?.body).toEqual(body.length > 0 ? Object.fromEntries(body) : undefined);
    expect(outputOf(run, 'AI Manager').map(({ json }) => json)).toEqual(op.list ? answer.items : [answer]);
  });

  test('sends no optional field that was not added', async () => {
    api.answer(() => ({ body: answer }));
    const required = op.fields.filter((field) => field.required);
    await engine.run(engine.workflow([start(), aiManager(parametersOf(resource.id, op, required))]), [{}]);

    const sent = [...(api.requests[0]?.query.keys() ?? []), ...Object.keys(api.requests[0]?.body ?? {})];
    const expected = required.filter((field) => field.in !== 'path').map(({ name }) => name);
    expect(new Set(sent)).toEqual(new Set([...expected, ...(op.list ? ['limit'] : [])]));
  });
});
