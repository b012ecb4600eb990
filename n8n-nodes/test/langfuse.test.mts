import type { ICredentialTestRequest, IDataObject, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine, ourNode, outputOf, start } from './support/engine.mts';
import { type Recorder, startRecorder } from './support/recorder.mts';

let langfuse: Recorder;
let engine: Engine;

beforeAll(async () => {
  langfuse = await startRecorder();
  engine = await openEngine({ baseUrl: `${langfuse.url}/`, publicKey: 'pk-lf-1', secretKey: 'sk-lf-1' });
});
beforeEach(() => langfuse.reset());
afterAll(() => langfuse.close());

async function run(parameters: INodeParameters, items: IDataObject[] = [{}], settings = {}) {
  const node = { ...ourNode('Langfuse', 'langfuse', 'langfuseApi', parameters), ...settings };
  const done = await engine.run(engine.workflow([start(), node]), items);
  return {
    error: done.data.resultData.error as (Error & { description?: string }) | undefined,
    output: outputOf(done, 'Langfuse').map(({ json }) => json),
  };
}

const prompt = (body: unknown) =>
  langfuse.answer(() => ({
    body: { name: 'a b', version: 3, type: 'text', labels: ['x'], config: {}, prompt: body },
  }));
const getPrompt = (names: Record<string, unknown> = {}, options = {}) =>
  run({
    resource: 'prompt',
    operation: 'get',
    promptName: 'a/b',
    variables: { entries: Object.entries(names).map(([name, value]) => ({ name, value })) },
    options,
  } as INodeParameters);

describe('a prompt', () => {
  test('is asked for by label or version with the keys of the project, and compiled', async () => {
    prompt('Hello {{name}}, {{ name }}: {{other}}');
    const { output } = await getPrompt({ name: 'Ada', other: '{{name}}' }, { label: 'staging' });
    expect(output).toMatchObject([{ version: 3, prompt: 'Hello Ada, Ada: {{name}}', missing: [] }]);
    const [request] = langfuse.requests;
    expect([request?.path, request?.query.get('label')]).toEqual(['/api/public/v2/prompts/a%2Fb', 'staging']);
    const keys = Buffer.from('pk-lf-1:sk-lf-1').toString('base64');
    expect(request?.headers.authorization).toBe(`Basic ${keys}`);
  });

  test('of messages is compiled message by message', async () => {
    prompt([
      { role: 'system', content: 'Be {{how}}' },
      { type: 'placeholder', name: 'history' },
    ]);
    const { output } = await getPrompt({ how: 'kind', history: '={{ [{role: "user", content: "Hi"}] }}' });
    expect(output[0]?.prompt).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  test('that lacks a variable fails, unless that is allowed', async () => {
    prompt('{{a}} {{b}}');
    expect((await getPrompt({ a: 1 })).error?.message).toBe('The prompt is missing values for b');
    expect((await getPrompt({ a: 1 }, { allowMissing: true })).output).toMatchObject([
      { prompt: '1 {{b}}', missing: ['b'] },
    ]);
  });
});

describe('a score', () => {
  const score = (more: INodeParameters) =>
    run({
      resource: 'score',
      operation: 'create',
      traceId: 't1',
      scoreName: 'helpful',
      additionalFields: {},
      ...more,
    });

  test.each([
    ['NUMERIC', '0.5', 0.5],
    ['BOOLEAN', 'true', 1],
    ['BOOLEAN', '={{ false }}', 0],
    ['CATEGORICAL', 'good', 'good'],
  ])('of type %s takes %s as %s', async (dataType, scoreValue, value) => {
    await score({ dataType, scoreValue });
    expect(langfuse.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/public/scores',
      body: { traceId: 't1', name: 'helpful', dataType, value, id: expect.stringMatching(/^n8n-/) },
    });
  });

  test.each([
    ['NUMERIC', 'high', 'Value must be a number'],
    ['BOOLEAN', 'maybe', 'Value must be true or false'],
  ])('of type %s refuses %s', async (dataType, scoreValue, message) => {
    expect((await score({ dataType, scoreValue })).error?.message).toBe(message);
    expect(langfuse.requests).toEqual([]);
  });
});

describe('a score with a configuration', () => {
  const config = { id: 'c1', name: 'feedback helps', dataType: 'NUMERIC', minValue: 1, maxValue: 5 };
  const score = (scoreName: string, scoreValue: string) => {
    langfuse.answer(({ path }) => ({ body: path.includes('/score-configs/') ? config : { id: 's1' } }));
    return run({
      resource: 'score',
      operation: 'create',
      traceId: 't1',
      scoreName,
      dataType: 'NUMERIC',
      scoreValue,
      additionalFields: { configId: 'c1' },
    });
  };

  test.each([
    ['feedback helps', '9', 'Value must be from 1 to 5'],
    ['helps', '3', 'Name must be feedback helps'],
  ])('is refused as %s of %s, which Langfuse would drop', async (name, value, message) => {
    expect((await score(name, value)).error?.message).toBe(message);
    expect(langfuse.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('is stored within its range', async () => {
    expect((await score('feedback helps', '5')).output).toMatchObject([{ id: 's1', value: 5 }]);
  });
});

test('observations are read page by page', async () => {
  langfuse.answer(({ query }) => ({
    body: query.get('cursor')
      ? { data: [{ id: 'o2' }], meta: {} }
      : { data: [{ id: 'o1' }], meta: { cursor: 'c1' } },
  }));
  const { output } = await run({
    resource: 'observation',
    operation: 'getMany',
    returnAll: true,
    filters: { type: 'GENERATION', name: '' },
  });
  expect(output).toEqual([{ id: 'o1' }, { id: 'o2' }]);
  expect(langfuse.requests.map(({ query }) => [query.get('type'), query.get('name')])).toEqual([
    ['GENERATION', null],
    ['GENERATION', null],
  ]);
});

test('observations of a time without a zone are those of the workflow', async () => {
  langfuse.answer(() => ({ body: { data: [], meta: {} } }));
  const filters = {
    type: 'CHAIN',
    fromStartTime: '2026-11-01T00:00:00',
    toStartTime: '2026-11-02T00:00:00Z',
  };
  await run({ resource: 'observation', operation: 'getMany', returnAll: true, filters });
  const { query } = langfuse.requests[0] ?? {};
  expect(query?.get('type')).toBe('CHAIN');
  // The engine's workflows are in Berlin.
  expect(query?.get('fromStartTime')).toBe('2026-10-31T23:00:00.000Z');
  expect(query?.get('toStartTime')).toBe('2026-11-02T00:00:00Z');
});

test('a dataset item takes JSON or text', async () => {
  await run({
    resource: 'datasetItem',
    operation: 'create',
    datasetName: 'cases',
    input: '{"a":1}',
    additionalFields: { expectedOutput: 'B', id: 'mine' },
  });
  expect(langfuse.requests[0]?.body).toEqual({
    id: 'mine',
    datasetName: 'cases',
    input: { a: 1 },
    expectedOutput: 'B',
  });
});

test('metrics are asked with a query and come out row by row', async () => {
  langfuse.answer(() => ({ body: { data: [{ name: 'x', avg_value: 1 }] } }));
  const { output } = await run({
    resource: 'metric',
    operation: 'query',
    query: '{"view":"scores-numeric"}',
  });
  expect(output).toEqual([{ name: 'x', avg_value: 1 }]);
  const query = JSON.parse(langfuse.requests[0]?.query.get('query') ?? '{}');
  expect(query.view).toBe('scores-numeric');
  // Langfuse demands a span of time.
  const days = (Date.parse(query.toTimestamp) - Date.parse(query.fromTimestamp)) / 86_400_000;
  expect(days).toBe(7);
});

test('an error names the fields that Langfuse refuses', async () => {
  const error = [{ path: ['fromTimestamp'], message: 'Invalid date' }];
  langfuse.answer(() => ({ status: 400, body: { message: 'Invalid request data', error } }));
  const failed = await run({ resource: 'metric', operation: 'query', query: '{}' });
  expect(failed.error).toMatchObject({
    message: 'Langfuse: Invalid request data',
    description: 'fromTimestamp: Invalid date',
  });
});

test('an error has the words of Langfuse, and goes on as an item where that is wanted', async () => {
  langfuse.answer(() => ({
    status: 404,
    body: { error: 'LangfuseNotFoundError', message: 'Prompt not found' },
  }));
  expect((await getPrompt()).error?.message).toBe('Langfuse: Prompt not found');
  const parameters = { resource: 'metric', operation: 'query', query: '{}' };
  const { output } = await run(parameters, [{}, {}], { onError: 'continueRegularOutput' });
  expect(output).toMatchObject(
    Array(2).fill({ error: 'Langfuse: Prompt not found', details: { status: 404 } }),
  );
});

test.each([
  ['langfuseApi', '/api/public/projects'],
  ['workSmartApi', '/v1/ping'],
  ['brainLiftApi', '/v1/ping'],
  ['metricsApi', '/v1/ping'],
])('the credential %s is tested at %s, and hides its key', (name, url) => {
  const { test: check, properties } = engine.credentials[name] ?? {};
  expect((check as ICredentialTestRequest | undefined)?.request.url).toBe(url);
  const hidden = properties
    ?.filter(({ typeOptions }) => typeOptions?.password)
    .map((property) => property.name);
  expect(hidden).toHaveLength(1);
});
