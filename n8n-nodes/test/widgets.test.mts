import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodeParameters,
  INodePropertyOptions,
  ResourceMapperFields,
} from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
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

type Method = (this: ILoadOptionsFunctions, ...args: unknown[]) => Promise<unknown>;

/** Calls what the form of the node calls. */
async function ask<T>(
  kind: 'listSearch' | 'loadOptions' | 'resourceMapping',
  name: string,
  parameters: INodeParameters = {},
  ...args: unknown[]
): Promise<T> {
  const node = aiManager({ resource: 'thing', operation: 'load', ...parameters });
  const method = engine.node('aiManager').methods?.[kind]?.[name] as Method | undefined;
  if (!method) throw new Error(`The node has no ${kind} ${name}`);
  return (await method.apply(engine.loadOptions(engine.workflow([node]), node), args)) as T;
}

const run = (parameters: INodeParameters, items: IDataObject[] = [{}], options = {}) =>
  engine.run(engine.workflow([start(), aiManager({ resource: 'thing', ...parameters })]), items, options);

describe('a row is picked', () => {
  test('by what people know it by, searched by the API, page after page', async () => {
    api.answer(({ query }) => ({
      body: query.get('cursor')
        ? { items: [{ id: 't2', name: 'Two', kind: null }], nextCursor: null }
        : { items: [{ id: 't1', name: 'One', kind: 'big' }], nextCursor: 'c1' },
    }));
    const first = await ask<INodeListSearchResult>('listSearch', 'search_thing_id', {}, ' on ');
    expect(first).toEqual({ results: [{ name: 'One (big)', value: 't1' }], paginationToken: 'c1' });
    expect(api.requests[0]?.query.get('search')).toBe('on');
    const second = await ask<INodeListSearchResult>('listSearch', 'search_thing_id', {}, undefined, 'c1');
    expect(second).toEqual({ results: [{ name: 'Two', value: 't2' }] });
  });

  test('in a list that the API cannot search, by looking through its pages', async () => {
    api.answer(({ query }) => ({
      body: query.get('cursor')
        ? { items: [{ id: 'o2', name: 'Beta' }], nextCursor: null }
        : { items: [{ id: 'o1', name: 'Alpha' }], nextCursor: 'c1' },
    }));
    const found = await ask<INodeListSearchResult>('listSearch', 'search_other_id', {}, 'BET');
    expect(found).toEqual({ results: [{ name: 'Beta', value: 'o2' }] });
    expect(api.requests[0]?.query.get('search')).toBeNull();
  });

  test('and travels as its id, from the list, by id and inside a collection', async () => {
    for (const mode of ['list', 'id']) {
      await run(
        {
          operation: 'pick',
          thingId: { __rl: true, mode, value: 'a/b' },
          additionalFields: {
            otherId: { __rl: true, mode, value: '={{ $json.other }}' },
            day: '2026-11-02T23:30:00',
          },
        },
        [{ other: 'o7' }],
      );
    }
    for (const { path, query } of api.requests)
      expect([path, query.get('otherId'), query.get('day')]).toEqual([
        '/things/a%2Fb/pick',
        'o7',
        '2026-11-02',
      ]);
    expect(api.requests).toHaveLength(2);
  });
});

test('values are loaded, each once', async () => {
  api.answer(() => ({ body: { items: [{ colour: 'red' }, { colour: 'blue' }, { colour: 'red' }] } }));
  const values = await ask<INodePropertyOptions[]>('loadOptions', 'load_thing_colours_colour');
  expect(values).toEqual([
    { name: 'blue', value: 'blue' },
    { name: 'red', value: 'red' },
  ]);
});

describe('a table', () => {
  test('offers its columns for mapping', async () => {
    const { fields } = await ask<ResourceMapperFields>('resourceMapping', 'getColumns', {
      rowsFrom: 'items',
      table: 'left',
    });
    expect(fields).toMatchObject([
      { id: 'sku', displayName: 'Sku', required: true, type: 'string' },
      { id: 'count', required: false, type: 'number' },
    ]);
  });

  test('is filled by all items in one request, which every item comes from', async () => {
    const items = [{ sku: 'a', count: 1, noise: true }, { sku: 'b' }];
    const done = await run(
      {
        operation: 'load',
        rowsFrom: 'items',
        table: 'left',
        columns: { mappingMode: 'autoMapInputData', value: null },
      },
      items,
    );
    expect(api.requests.map(({ body }) => body)).toEqual([{ left: [{ sku: 'a', count: 1 }, { sku: 'b' }] }]);
    expect(outputOf(done, 'AI Manager')[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
  });

  test('is filled by what is mapped', async () => {
    await run(
      {
        operation: 'load',
        rowsFrom: 'items',
        table: 'right',
        columns: { mappingMode: 'defineBelow', value: { sku: '={{ $json.code }}', count: 2 } },
      },
      [{ code: 'x' }, { code: 'y' }],
    );
    expect(api.requests[0]?.body).toEqual({
      right: [
        { sku: 'x', count: 2 },
        { sku: 'y', count: 2 },
      ],
    });
  });

  test('is filled by files', async () => {
    const data = Buffer.from('\uFEFFsku,count\na,1\n').toString('base64');
    await run({ operation: 'load', rowsFrom: 'files', fileProperties: { left: 'csv' } }, [{}], {
      binary: { csv: { data, mimeType: 'text/csv' } },
    });
    expect(api.requests[0]?.body).toEqual({ left: 'sku,count\na,1\n' });
  });

  test('is filled by files in the encoding that is named, and by none that is not read for certain', async () => {
    const files = { left: 'csv' };
    const data = Buffer.from('sku,count\nJ\xf6rg,1\n', 'latin1').toString('base64');
    const binary = { csv: { data, mimeType: 'text/csv', fileName: 'left.csv' } };
    const parameters = { operation: 'load', rowsFrom: 'files', fileProperties: files };
    await run({ ...parameters, encoding: 'windows-1252' }, [{}], { binary });
    expect(api.requests[0]?.body).toEqual({ left: 'sku,count\nJörg,1\n' });
    const done = await run(parameters, [{}], { binary });
    expect(done.data.resultData.error?.message).toMatch(
      /^left\.csv is not UTF-8: byte 0xF6 on line 2; it seems to be Windows-1252/,
    );
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    ['the table is not one', { table: 'x' }, 'Choose a table for the rows'],
    ['an item has none of its columns', { table: 'left' }, 'The item has no columns of the table left'],
  ])('is refused when %s', async (_, parameters, message) => {
    const columns = { mappingMode: 'autoMapInputData', value: null };
    const done = await run({ operation: 'load', rowsFrom: 'items', columns, ...parameters }, [{ other: 1 }]);
    expect(done.data.resultData.error?.message).toBe(message);
    expect(api.requests).toHaveLength(0);
  });
});

test('files of an answer become binary data', async () => {
  const file = (name: string) => ({ name, contentType: 'text/plain', url: `${api.url}/files/${name}?s=1` });
  api.answer(({ path }) =>
    path.startsWith('/files')
      ? { body: `content of ${path}`, type: 'text/plain' }
      : { body: { report: file('a.txt'), pages: [file('b.txt'), file('c.txt')] } },
  );
  const done = await run({ operation: 'load', downloadFiles: true });
  const { binary = {} } = outputOf(done, 'AI Manager')[0] ?? {};
  expect(Object.entries(binary).map(([key, { fileName }]) => [key, fileName])).toEqual([
    ['report', 'a.txt'],
    ['pages_0', 'b.txt'],
    ['pages_1', 'c.txt'],
  ]);
  expect(Buffer.from(binary.pages_1?.data ?? '', 'base64').toString()).toBe('content of /files/c.txt');
  const downloads = api.requests.filter(({ path }) => path.startsWith('/files'));
  expect(downloads.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
});

describe('many items', () => {
  const items = Array.from({ length: 25 }, (_, id) => ({ id: `t${id}` }));
  const get = (options = {}) => run({ operation: 'get', thingId: '={{ $json.id }}', options }, items);

  test('are read ten at a time and come out in order', async () => {
    api.answer(({ path }) => ({ body: { path } }));
    const done = await get();
    expect(outputOf(done, 'AI Manager').map(({ json }) => json.path)).toEqual(
      items.map(({ id }) => `/things/${id}`),
    );
  });

  test('stop beginning once one failed', async () => {
    api.answer(({ path }) => (path === '/things/t5' ? { status: 404, body: { title: 'No' } } : { body: {} }));
    await get({ batchSize: 10 });
    expect(api.requests.length).toBeLessThan(items.length);
  });

  test('are written one after the other, none after a failure', async () => {
    api.answer(({ body }) =>
      (body as { name: string }).name === 't2' ? { status: 409, body: { title: 'No' } } : { body: {} },
    );
    await run({ operation: 'make', name: '={{ $json.id }}' }, items);
    expect(api.requests).toHaveLength(3);
  });
});
