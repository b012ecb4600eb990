import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodeParameters,
} from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../ai-api/test/api.ts';
import { type Fixture, startFixture } from '../../ai-api/test/operations/fixture.ts';
import { steps } from '../../ai-api/test/operations/index.ts';
import { createRun } from '../../ai-api/test/operations/run.ts';
import { SAMPLE } from '../../ai-api/test/operations/sample.ts';
import type { Step } from '../../ai-api/test/operations/step.ts';
import { viaClient } from '../../ai-api/test/operations/via-client.ts';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { viaNode } from './support/via-node.mts';

let fixture: Fixture;
let engine: Engine;
let runStep: (step: Step) => Promise<void>;

beforeAll(async () => {
  fixture = await startFixture();
  const { url } = fixture.api;
  engine = await openEngine({ baseUrl: url, apiKey: ADMIN_KEY });
  const node = viaNode(engine);
  const client = viaClient(url);
  // What the node does not offer, such as passwords, is done without it, and so are most reads.
  runStep = createRun(fixture, (step, input, caller) =>
    (SAMPLE.has(step.operation) ? node : client)(step, input, caller),
  );
});
afterAll(() => fixture?.close());

describe('the node, against a real API, carries out', () => {
  test.each(steps)('$title', (step) => runStep(step), 60_000);
});

let executions = 0;
const run = (parameters: INodeParameters, items: IDataObject[] = [{}], options = {}) => {
  const workflow = engine.workflow([start(), aiManager(parameters)]);
  return engine.run(workflow, items, { executionId: String(++executions), ...options });
};
const succeed = async (...args: Parameters<typeof run>) => {
  const done = await run(...args);
  expect(done.data.resultData.error?.message).toBeUndefined();
  return outputOf(done, 'AI Manager');
};
const columns = { mappingMode: 'autoMapInputData', value: null };
const byId = (value: string) => ({ __rl: true, mode: 'id', value });

test('items are imported as rows by their columns, all in one request', async () => {
  const rows = ['n-1', 'n-2'].map((id) => ({
    builder_id: id,
    name: `Sample ${id}`,
    email: `${id}@sample-company.example`,
    team: 'Harbour',
    title: 'Builder',
    status: 'active',
    started_on: '2026-01-05',
    weekly_hours: 40,
    somethingElse: 'is left out',
  }));
  const load = { resource: 'people', operation: 'import', rowsFrom: 'items', table: 'builders', columns };
  const [item] = await succeed(load, rows);
  expect(item?.json).toMatchObject({ builders: { inserted: 2 } });
  expect(item?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
});

test('Return All reads every page of a list, a limit only so many', async () => {
  const list = { resource: 'audit', operation: 'list' };
  const all = await succeed({ ...list, returnAll: true });
  expect(all.length).toBeGreaterThan(200);
  expect(all.map(({ json }) => json.seq)).toEqual(all.map((_, index) => all.length - index));
  expect(await succeed({ ...list, returnAll: false, limit: 60 })).toHaveLength(60);
});

test('a builder is found by a part of the name and read by the locator, simplified', async () => {
  const get = { resource: 'builder', operation: 'get' };
  const node = aiManager(get);
  const search = engine.node('aiManager').methods?.listSearch?.search_builder_builderId;
  const context = engine.loadOptions(engine.workflow([node]), node);
  const found = (await search?.call(context as ILoadOptionsFunctions, 'quill')) as INodeListSearchResult;
  const [first] = found.results;
  expect(first?.name).toContain('Quill Marrow');
  const builderId = { __rl: true, mode: 'list', value: String(first?.value) };
  const [item] = await succeed({ ...get, builderId, simplify: true });
  expect(Object.keys(item?.json ?? {})).toEqual(['builderId', 'name', 'email', 'team', 'status']);
});

test('many items are read in batches, each as it would have been alone', async () => {
  const ids = Array.from({ length: 75 }, (_, n) => `b-${String(n + 1).padStart(4, '0')}`);
  const parameters = { resource: 'builder', operation: 'get', builderId: byId('={{ $json.id }}') };
  const items = await succeed(
    { ...parameters, simplify: false },
    ids.map((id) => ({ id })),
  );
  expect(items.map(({ json }) => json.builderId)).toEqual(ids);
  expect(items[74]?.json).toEqual(await fixture.api.client.builder.get({ builderId: 'b-0075' }));
});

test('a refused field is named', async () => {
  const { error } = (await run(submission(0.3))).data.resultData;
  expect(error?.message).toContain('not valid');
  expect(error?.description).toMatch(/• hours: must be in quarters of an hour/);
});

test('a file that the item lacks is named, and nothing is sent', async () => {
  const upload = { resource: 'policy', operation: 'upload', folder: 'sops', base64: 'scan' };
  const { error } = (await run(upload)).data.resultData;
  expect(`${error?.message} ${error?.description}`).toContain('scan');
  expect((await fixture.api.client.policy.list({ folder: 'sops' })).items).toEqual([]);
});

test('an execution that is repeated acts once, another one again', async () => {
  const first = await succeed(submission(1), [{}], { executionId: 'e-1' });
  const again = await succeed(submission(1), [{}], { executionId: 'e-1' });
  expect(again[0]?.json.approvalId).toBe(first[0]?.json.approvalId);
  const other = await run(submission(1), [{}], { executionId: 'e-2' });
  expect(other.data.resultData.error?.message).toContain('already claims this time');
});

function submission(hours: number): INodeParameters {
  return {
    resource: 'approval',
    operation: 'submit',
    date: new Date().toISOString().slice(0, 10),
    hours,
    category: 'support',
    justification: 'Helped the hotline of a customer by telephone.',
    additionalFields: { builderId: byId('n-1') },
  };
}
