import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Manifest } from '../nodes/AiManager/manifest.ts';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { type Recorded, type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

const manifest: Manifest = {
  ...sampleManifest,
  batch: { path: '/batch/read' },
  resources: sampleManifest.resources.map((resource) => ({
    ...resource,
    operations: resource.operations.map((op) => ({ ...op, batched: op.key === 'get' })),
  })),
};

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, manifest);
});
beforeEach(() => {
  api.reset();
  api.answer(theThings);
});
afterAll(() => api.close());

interface Read {
  operation: string;
  input: { thingId: string };
}
const readsOf = ({ body }: Recorded) => (body as { requests: Read[] }).requests;

/** There is every thing but number 7. */
function theThings(request: Recorded) {
  if (request.path !== '/batch/read') return { body: { id: request.path.slice('/things/'.length) } };
  const answers = readsOf(request).map(({ input: { thingId } }) =>
    thingId === '7'
      ? { status: 404, body: { title: 'There is no such thing', code: 'NOT_FOUND', detail: 'No thing 7.' } }
      : { status: 200, body: { id: thingId } },
  );
  return { body: { answers } };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => ({ n: String(n) }));
async function get(items: IDataObject[], options: INodeParameters = {}, settings: Partial<INode> = {}) {
  const parameters = { resource: 'thing', operation: 'get', thingId: '={{ $json.n }}', options };
  return await engine.run(engine.workflow([start(), aiManager(parameters, settings)]), items);
}
const goOn = { onError: 'continueRegularOutput' as const };

test('many reads travel in few requests, and come out in the order of their items', async () => {
  const run = await get(numbers(120), {}, goOn);
  const items = outputOf(run, 'AI Manager');
  expect(api.requests.map((request) => readsOf(request).length).toSorted()).toEqual([20, 50, 50]);
  expect(readsOf(api.requests[0] as Recorded)[0]).toEqual({
    operation: 'thing.get',
    input: { thingId: '0' },
  });
  expect(items.map(({ pairedItem }) => pairedItem)).toEqual(numbers(120).map((_, item) => ({ item })));
  expect(items[119]?.json).toEqual({ id: '119' });
  expect(items[7]?.json).toMatchObject({
    error: 'There is no such thing: No thing 7.',
    details: { status: 404, code: 'NOT_FOUND' },
  });
});

test('one that fails fails its item, by name', async () => {
  const { error } = (await get(numbers(20))).data.resultData;
  expect(error?.message).toBe('There is no such thing: No thing 7.');
  expect(error?.context).toMatchObject({ itemIndex: 7 });
});

test('an item without a value fails alone, and is not sent', async () => {
  const items = outputOf(await get([{ n: '1' }, { n: '' }, { n: '3' }], {}, goOn), 'AI Manager');
  expect(items.map(({ json }) => json.id ?? json.error)).toEqual(['1', 'Thing ID must not be empty', '3']);
  expect(readsOf(api.requests[0] as Recorded)).toHaveLength(2);
});

test.each([
  [{ batchSize: 1 }, 'one item in a batch'],
  [{ actingFor: '={{ $json.n + "@example.com" }}' }, 'another person for each item'],
])('every read travels alone with %j: %s', async (options: INodeParameters, _why: string) => {
  await get(numbers(3), options);
  expect(api.requests.map(({ path }) => path).toSorted()).toEqual(['/things/0', '/things/1', '/things/2']);
});

test.each([403, 404])('every read travels alone where the API answers a batch with %i', async (status) => {
  api.answer((request) => (request.path === '/batch/read' ? { status, body: {} } : theThings(request)));
  const items = outputOf(await get(numbers(3)), 'AI Manager');
  expect(items.map(({ json }) => json.id)).toEqual(['0', '1', '2']);
});
