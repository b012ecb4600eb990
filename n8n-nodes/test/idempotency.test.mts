import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aiManager, baseNode, type Engine, openEngine, start } from './support/engine.mts';
import { type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, sampleManifest);
});
beforeEach(() => api.reset());
afterAll(() => api.close());

const parameters = { resource: 'thing', operation: 'make', name: '={{ $json.name ?? "x" }}' };
const keys = () => api.requests.map(({ headers }) => headers['idempotency-key']);

test("n8n's own retry of the node repeats the keys, even where an expression changed", async () => {
  api.answer((_, index) => (index === 1 ? { status: 503, body: { title: 'busy' } } : { body: {} }));
  const node = aiManager(
    { ...parameters, name: '={{ $now.toMillis() + Math.random() }}' },
    { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
  );
  const run = await engine.run(engine.workflow([start(), node]), [{}, {}]);

  expect(run.data.resultData.error).toBeUndefined();
  expect(keys()).toHaveLength(4);
  expect(keys().slice(2)).toEqual(keys().slice(0, 2));
  expect(api.requests[2]?.body).not.toEqual(api.requests[0]?.body);
});

test('every item has a key of its own', async () => {
  await engine.run(engine.workflow([start(), aiManager(parameters)]), [{}, {}, {}]);
  expect(new Set(keys()).size).toBe(3);
  expect(keys()[0]).toMatch(/^n8n-[0-9a-f]{40}$/);
});

test('another execution, and another node of the same execution, have other keys', async () => {
  const second = { ...aiManager(parameters), name: 'Again' };
  const workflow = () => engine.workflow([start(), aiManager(parameters), second]);
  await engine.run(workflow(), [{}], { executionId: '1' });
  await engine.run(workflow(), [{}], { executionId: '2' });
  expect(new Set(keys()).size).toBe(4);
});

test('every turn of a loop has keys of its own', async () => {
  const loop = baseNode('Loop', 'splitInBatches', 3, { batchSize: 1 });
  const connections = {
    Start: { main: [[{ node: 'Loop', type: 'main' as const, index: 0 }]] },
    Loop: { main: [[], [{ node: 'AI Manager', type: 'main' as const, index: 0 }]] },
    'AI Manager': { main: [[{ node: 'Loop', type: 'main' as const, index: 0 }]] },
  };
  const workflow = engine.workflow([start(), loop, aiManager(parameters)], connections);
  const run = await engine.run(workflow, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]);

  expect(run.data.resultData.error?.message).toBeUndefined();
  expect(api.requests.map(({ body }) => (body as { name: string }).name)).toEqual(['a', 'b', 'c']);
  expect(new Set(keys()).size).toBe(3);
});

test('an operation that takes no key gets none', async () => {
  const node = aiManager({ resource: 'thing', operation: 'remove' });
  await engine.run(engine.workflow([start(), node]), [{}]);
  expect(keys()).toEqual([undefined]);
});
