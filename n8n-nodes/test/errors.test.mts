import type { IDataObject, INode, NodeApiError } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { type Answer, type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

const problem = {
  type: '/docs/problems#import-invalid',
  title: 'Nothing was imported, some rows are not valid',
  status: 422,
  code: 'IMPORT_INVALID',
  detail: '2 rows are not valid.',
  requestId: 'r-1',
  errors: [
    { field: 'email', message: 'is not an e-mail address', file: 'builders.csv', row: 3, column: 'email' },
    { field: 'dryRun', message: 'must be true or false' },
  ],
};

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, sampleManifest);
});
beforeEach(() => api.reset());
afterAll(() => api.close());

async function make(items: IDataObject[], settings: Partial<INode> = {}, options = {}) {
  const node = aiManager(
    { resource: 'thing', operation: 'make', name: '={{ $json.name }}', options },
    settings,
  );
  return await engine.run(engine.workflow([start(), node]), items);
}

async function failure(answer: Answer): Promise<NodeApiError> {
  api.answer(() => answer);
  const run = await make([{ name: 'x' }]);
  return run.data.resultData.error as NodeApiError;
}

describe('an error shows', () => {
  test("the problem document's title, detail, code and every field", async () => {
    const error = await failure({ status: 422, body: problem });
    expect(error.name).toBe('NodeApiError');
    expect(error.message).toBe('Nothing was imported, some rows are not valid: 2 rows are not valid.');
    expect(error.httpCode).toBe('422');
    expect(error.description).toBe(
      [
        'Code IMPORT_INVALID.',
        '• builders.csv, row 3, column email: is not an e-mail address',
        '• dryRun: must be true or false',
        'Request id r-1.',
      ].join('\n'),
    );
    expect(error.context.itemIndex).toBe(0);
  });

  test('the words of the API even where they look like a known system error', async () => {
    const error = await failure({
      status: 409,
      body: { title: 'Conflict', detail: 'EEXIST of 429 ECONNREFUSED' },
    });
    expect(error.message).toBe('Conflict: EEXIST of 429 ECONNREFUSED');
  });

  test('when to try again', async () => {
    const body = { title: 'The service cannot answer right now', code: 'SERVICE_UNAVAILABLE' };
    const error = await failure({ status: 503, body, headers: { 'retry-after': '5' } });
    expect(error.description).toContain('Try again after 5 s.');
  });

  test('the status of a proxy that answers HTML', async () => {
    const error = await failure({ status: 502, body: '<h1>Bad gateway</h1>', type: 'text/html' });
    expect(error.message).toBe(`${api.url} returned HTTP 502`);
  });

  test('where a redirect points, and does not follow it with the key', async () => {
    const error = await failure({ status: 308, headers: { location: `${api.url}/elsewhere` } });
    expect(error.message).toBe(`${api.url} returned HTTP 308`);
    expect(error.description).toContain('/elsewhere');
    expect(api.requests).toHaveLength(1);
  });

  test('that something other than the API answers', async () => {
    const error = await failure({ body: '<html></html>', type: 'text/html' });
    expect(error.message).toBe(`${api.url} did not return JSON`);
  });

  test('that the API is not there', async () => {
    const gone = await startRecorder();
    await gone.close();
    const lonely = await openEngine({ baseUrl: gone.url, apiKey: 'k' }, sampleManifest);
    const node = aiManager({ resource: 'thing', operation: 'remove' });
    const run = await lonely.run(lonely.workflow([start(), node]), [{}]);
    expect(run.data.resultData.error?.message).toMatch(`The AI Manager API at ${gone.url} did not respond: `);
  });

  test('that the API took too long', async () => {
    api.answer(() => undefined);
    const run = await make([{ name: 'x' }], {}, { timeout: 50 });
    expect(run.data.resultData.error?.message).toBe(
      `The AI Manager API at ${api.url} did not respond within 50 ms`,
    );
  });

  test('that the base URL of the credential is none', async () => {
    const wrong = await openEngine({ baseUrl: 'localhost:8000', apiKey: 'k' }, sampleManifest);
    const node = aiManager({ resource: 'thing', operation: 'remove' });
    const run = await wrong.run(wrong.workflow([start(), node]), [{}]);
    expect(run.data.resultData.error?.message).toBe(
      'The Base URL of the AI Manager credential is not a valid URL',
    );
  });

  test('that a workflow was made with another version of the node', async () => {
    const node = aiManager({ resource: 'thing', operation: 'juggle' });
    const run = await engine.run(engine.workflow([start(), node]), [{}]);
    expect(run.data.resultData.error?.message).toBe(
      'This version of the node does not support the operation thing.juggle',
    );
  });

  test('nothing of the key', async () => {
    const error = await failure({ status: 401, body: { title: 'A valid API key is needed' } });
    expect(JSON.stringify(error) + error.stack).not.toContain('key-1');
  });
});

describe('with items that fail', () => {
  const items = [{ name: 'a' }, { name: 'bad' }, { name: 'c' }];
  beforeEach(() =>
    api.answer(({ body }) =>
      (body as IDataObject).name === 'bad'
        ? { status: 422, body: problem }
        : { body: { id: (body as IDataObject).name } },
    ),
  );

  test('the node stops at the first', async () => {
    const run = await make(items);
    expect(run.data.resultData.error).toBeDefined();
    expect(api.requests).toHaveLength(2);
  });

  test('"On Error: Continue" goes on, and pairs every item with the one it came from', async () => {
    const output = outputOf(await make(items, { onError: 'continueRegularOutput' }), 'AI Manager');
    expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
    expect(output.map(({ json }) => json.id)).toEqual(['a', undefined, 'c']);
    expect(output[1]?.json).toEqual({
      error: 'Nothing was imported, some rows are not valid: 2 rows are not valid.',
      details: {
        status: 422,
        code: 'IMPORT_INVALID',
        detail: '2 rows are not valid.',
        requestId: 'r-1',
        errors: problem.errors,
      },
    });
  });

  test('"Continue (using error output)" parts them, each with the fields of its input', async () => {
    const run = await make(items, { onError: 'continueErrorOutput' });
    expect(outputOf(run, 'AI Manager', 0).map(({ json }) => json.id)).toEqual(['a', 'c']);
    expect(outputOf(run, 'AI Manager', 1).map(({ json }) => json.name)).toEqual(['bad']);
    expect(outputOf(run, 'AI Manager', 1)[0]?.json.details).toMatchObject({ code: 'IMPORT_INVALID' });
  });
});
