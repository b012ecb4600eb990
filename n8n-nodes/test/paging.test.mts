import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { type Recorded, type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

const ROWS = 450;

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, sampleManifest);
});
beforeEach(() => {
  api.reset();
  api.answer(thePage);
});
afterAll(() => api.close());

function thePage({ query }: Recorded) {
  const from = Number(query.get('cursor') ?? 0);
  const to = Math.min(from + Number(query.get('limit')), ROWS);
  const items = Array.from({ length: to - from }, (_, index) => ({ n: from + index }));
  return { body: { items, nextCursor: to < ROWS ? String(to) : null } };
}

async function list(parameters: INodeParameters) {
  const node = aiManager({ resource: 'thing', operation: 'list', ...parameters });
  return await engine.run(engine.workflow([start(), node]), [{}]);
}

test('Return All follows the cursor to the end and keeps the filters', async () => {
  const run = await list({ returnAll: true, additionalFields: { search: 'x' } });
  const rows = outputOf(run, 'AI Manager').map(({ json }) => json.n);
  expect(rows).toEqual(Array.from({ length: ROWS }, (_, n) => n));
  expect(api.requests.map(({ query }) => query.get('search'))).toEqual(['x', 'x', 'x']);
});

test.each([
  [1, 1],
  [200, 1],
  [201, 2],
  [1000, 3],
])('Limit %i returns no more rows than that, in %i requests', async (limit, requests) => {
  const run = await list({ returnAll: false, limit });
  expect(outputOf(run, 'AI Manager')).toHaveLength(Math.min(limit, ROWS));
  expect(api.requests).toHaveLength(requests);
});

test('an empty list puts out nothing', async () => {
  api.answer(() => ({ body: { items: [], nextCursor: null } }));
  const run = await list({ returnAll: true });
  expect(run.data.resultData.error).toBeUndefined();
  expect(outputOf(run, 'AI Manager')).toEqual([]);
});

test('a cursor that goes in circles is an error, not an endless loop', async () => {
  api.answer(() => ({ body: { items: [{}], nextCursor: 'same' } }));
  const run = await list({ returnAll: true });
  expect(run.data.resultData.error?.message).toBe('The API returned the same page twice');
});

test.each([0, -1, 1.5])('Limit %d is refused', async (limit) => {
  const run = await list({ limit });
  expect(run.data.resultData.error?.message).toBe('Limit must be a whole number above 0');
});
