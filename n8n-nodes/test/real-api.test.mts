import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodeParameters,
} from 'n8n-workflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiProcess, startProcess } from '../../ai-api/test/process.ts';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';

const KEY = `aim_testtest_${'0123456789abcdef'.repeat(3)}`;
const company = (file: string) =>
  readFileSync(new URL(`../../examples/sample-company/${file}.csv`, import.meta.url));

const home = mkdtempSync(join(tmpdir(), 'n8n-real-api-'));
let api: ApiProcess;
let engine: Engine;

beforeAll(async () => {
  api = await startProcess({
    DATA_DIR: home,
    NODE_ENV: 'test',
    PORT: String(await freePort()),
    INBOX_HTTP_PORT: '0',
    INBOX_SMTP_PORT: '0',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    RATE_LIMITS: 'off',
    BOOTSTRAP_API_KEY: KEY,
  });
  engine = await openEngine({ baseUrl: api.url ?? '', apiKey: KEY });
});
afterAll(async () => {
  await api?.end('SIGTERM');
  rmSync(home, { recursive: true, force: true });
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

test('CSV files in an item are imported', async () => {
  const [item] = await succeed(
    {
      resource: 'people',
      operation: 'import',
      rowsFrom: 'files',
      fileProperties: { builders: 'b', projects: 'p' },
    },
    [{}],
    {
      binary: {
        b: { data: company('builders').toString('base64'), mimeType: 'text/csv' },
        p: { data: company('projects').toString('base64'), mimeType: 'text/csv' },
      },
    },
  );
  expect(item?.json).toMatchObject({ builders: { inserted: 75 }, projects: { inserted: 97 } });
});

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
  const list = { resource: 'builder', operation: 'list' };
  const all = await succeed({ ...list, returnAll: true });
  expect(new Set(all.map(({ json }) => json.builderId)).size).toBe(77);
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

test('something is created, and is there', async () => {
  const [created] = await succeed(
    {
      resource: 'approver',
      operation: 'createGroup',
      name: '={{ $json.team }} approvers',
      members: '={{ ["boss@example.com"] }}',
      additionalFields: { escalation: true },
    },
    [{ team: 'Orchard' }],
  );
  const { items } = await api.client.approver.listGroups({});
  expect(items).toEqual([created?.json]);
  expect(items[0]).toMatchObject({ name: 'Orchard approvers', escalation: true });
});

test('the files of an answer come out as binary data', async () => {
  const [item] = await succeed({
    resource: 'audit',
    operation: 'reports',
    kind: 'soc2-access-review',
    downloadFiles: true,
    additionalFields: {},
  });
  const names = Object.values(item?.binary ?? {}).map(({ fileName }) => fileName);
  expect(names).toEqual(expect.arrayContaining(['users.csv', 'keys.csv']));
});

test('a refused field is named', async () => {
  const { error } = (await run(submission(0.3))).data.resultData;
  expect(error?.message).toContain('not valid');
  expect(error?.description).toMatch(/• hours: must be in quarters of an hour/);
});

test('an execution that is repeated acts once, another one again', async () => {
  const first = await succeed(submission(1), [{}], { executionId: 'e-1' });
  const again = await succeed(submission(1), [{}], { executionId: 'e-1' });
  expect(again[0]?.json.approvalId).toBe(first[0]?.json.approvalId);
  const other = await run(submission(1), [{}], { executionId: 'e-2' });
  expect(other.data.resultData.error?.message).toContain('asked for already');
  expect((await api.client.approval.list({})).items).toHaveLength(1);
});

function submission(hours: number): INodeParameters {
  return {
    resource: 'approval',
    operation: 'submit',
    date: new Date().toISOString().slice(0, 10),
    hours,
    category: 'support',
    justification: 'Helped the hotline of a customer by telephone.',
    additionalFields: { builderId: byId('b-0001') },
  };
}

/** Signed addresses of files name the port, so that it has to be known before. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
