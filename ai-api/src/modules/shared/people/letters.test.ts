import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, csv, projectRow, refusal, weekRow } from '../../../../test/people.ts';
import { foldId } from '../../../contract/company-id.ts';

type Tables = Parameters<TestApi['client']['people']['import']>[0];

describe.each(businessDatabases())('letters of an import on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const load = (tables: Tables) => api.client.people.import(tables);
  const faultsOf = async (tables: Tables) => {
    const { status, document } = await refusal(load(tables));
    expect(status).toBe(422);
    return (document?.errors ?? []).map(({ row, column, message }) => [row, column, message]);
  };
  const builder = (builder_id: string, email: string, status = 'active') =>
    builderRow({ builder_id, email, status });

  test.each([
    ['composed and decomposed letters', 'jos\u00e9', 'jose\u0301'],
    ['full-width letters', 'b-77', 'ｂ－７７'],
    ['a zero-width space', 'b-78', 'b\u200b-78'],
    ['a soft hyphen and a mark of direction', 'b-79', '\u200eb\u00ad-79'],
    ['a byte order mark and a blank without break', 'b-80', '\ufeffb-80\u00a0'],
  ])('%s make no second id', async (_, id, written) => {
    expect(foldId(written)).toBe(id);
    const email = `${encodeURIComponent(id).replaceAll('%', '')}@fold.example`;
    expect(await faultsOf({ builders: [builder(id, email), builder(written, email)] })).toEqual([
      [2, 'builder_id', 'is a duplicate of row 1'],
    ]);
    await load({
      builders: [builder(written, email)],
      projects: [projectRow({ project_id: `p-${written}`, builder_id: written })],
    });
    expect((await load({ builders: [builder(id, email)] })).builders.unchanged).toBe(1);
    expect((await api.client.builder.get({ builderId: written })).builderId).toBe(id);
    expect((await api.client.project.list({ builderId: written })).items).toMatchObject([{ builderId: id }]);
    await load({ metrics: [weekRow({ builder_id: written })] });
    expect((await api.client.builder.get({ builderId: id })).weeks).toHaveLength(1);
  });

  test('an address leads to one builder', async () => {
    const twice = [builder('d-1', 'same@case.example'), builder('d-2', 'SAME@case.example')];
    expect(await faultsOf({ builders: twice })).toEqual([
      [1, 'email', '"same@case.example" is also the address of d-2'],
      [2, 'email', '"SAME@case.example" is also the address of d-1'],
    ]);
    await load({ builders: twice.slice(0, 1) });
    expect(await faultsOf({ builders: [builder('d-3', 'ｓame@case.example')] })).toEqual([
      [1, 'email', '"same@case.example" is also the address of d-1'],
    ]);
    const returned = [builder('d-1', 'same@case.example', 'left'), builder('d-4', 'same@case.example')];
    expect((await load({ builders: returned })).builders).toMatchObject({ inserted: 1, updated: 1 });
  });

  test('letters that were lost are refused once for a file, and nothing is overwritten', async () => {
    const kept = { ...builder('l-1', 'l-1@case.example'), name: 'Jörg' };
    await load({ builders: [kept] });
    const lost = [
      { ...kept, name: 'J\ufffdrg' },
      { ...builder('l-2', 'l-2@case.example'), name: 'Ren\ufffd' },
    ];
    const message = expect.stringMatching(/^has letters that were lost .* save the file as "CSV UTF-8"/);
    expect(await faultsOf({ builders: csv(lost) })).toEqual([[2, undefined, message]]);
    expect(await faultsOf({ builders: lost })).toMatchObject([
      [1, 'name', expect.stringContaining('has letters that were lost')],
      [2, 'name', expect.stringContaining('has letters that were lost')],
    ]);
    expect((await api.client.builder.get({ builderId: 'l-1' })).name).toBe('Jörg');
  });

  test.each([
    ['name', '#N/A', 'is an error of the spreadsheet'],
    ['builder_id', '4.90152E+11', 'was shortened by a spreadsheet: format the column as text'],
  ])('a cell of %s that a spreadsheet spoilt is named by its cause: %s', async (column, value, cause) => {
    expect(
      await faultsOf({ builders: [{ ...builder('s-1', 's-1@case.example'), [column]: value }] }),
    ).toEqual([[1, column, `"${value}" ${cause}`]]);
  });
});
