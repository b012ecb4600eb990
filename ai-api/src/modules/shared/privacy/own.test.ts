import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { download, erase, exported, exportedCompany } from '../../../../test/privacy.ts';
import { smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const TEXT = 'My hours of week 45 lack the Friday.';
const ANSWER = 'The hours of that Friday were imported.';

describe.each(businessDatabases())('what a person asks about their own data on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ada: Client;
  let ben: Client;
  let admin: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    ada = await staff(api, 'b-1@sample-company.example', ['builder'], 'Ada');
    ben = await staff(api, 'b-2@sample-company.example', ['builder'], 'Ben');
    admin = await staff(api, 'admin@sample-company.example', ['admin'], 'Carol Admin');
    await api.client.people.import(smallCompany(2));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const requestsOf = async (who: Client) => (await who.myData.list({})).items;
  const promise = async () =>
    (await api.client.promise.check({})).promises.find(({ id }) => id === 'exports-are-recorded');

  test('an export starts at once, is theirs alone, and is made once a day', async () => {
    const { requestId, state } = await ada.myData.request({ kind: 'export' });
    expect(state).toBe('running');
    expect((await refusal(ada.myData.request({ kind: 'export' }))).code).toBe('CONFLICT');
    const done = await vi.waitFor(
      async () => {
        const [request] = await requestsOf(ada);
        expect(request).toMatchObject({ requestId, state: 'done', file: { contentType: 'application/zip' } });
        return request;
      },
      { timeout: 30_000, interval: 100 },
    );
    expect((await download(api, done?.file?.url ?? '')).byteLength).toBeGreaterThan(100);
    expect((await refusal(ada.myData.request({ kind: 'export' }))).code).toBe('CONFLICT');
    expect(await requestsOf(ben)).toEqual([]);
    expect((await ada.access.mine({})).items).toEqual([]);
  });

  test('a correction says what is wrong, waits for an administrator, and is answered on My data', async () => {
    expect((await refusal(ada.myData.request({ kind: 'correction' }))).code).toBe('INVALID_INPUT');
    const { requestId } = await ada.myData.request({ kind: 'correction', text: TEXT });
    expect((await refusal(ada.privacyRequest.answer({ requestId, answer: ANSWER }))).code).toBe('FORBIDDEN');
    const open = (await admin.privacyRequest.list({ kind: 'correction', state: 'open' })).items;
    expect(open).toMatchObject([{ requestId, subject: 'builder:b-1', reason: TEXT, requestedBy: 'Ada' }]);
    await admin.privacyRequest.answer({ requestId, answer: ANSWER });
    expect((await requestsOf(ada))[0]).toMatchObject({ state: 'done', text: TEXT, answer: ANSWER });
    expect((await refusal(admin.privacyRequest.answer({ requestId, answer: ANSWER }))).code).toBe(
      'PRIVACY_STATE',
    );
  });

  test('what is no correction has no answer, and a key alone has no data of its own', async () => {
    const { items } = await admin.privacyRequest.list({ kind: 'export' });
    const requestId = items[0]?.requestId ?? '';
    expect((await refusal(admin.privacyRequest.answer({ requestId, answer: ANSWER }))).code).toBe(
      'PRIVACY_STATE',
    );
    expect((await refusal(api.client.myData.list({}))).code).toBe('PERSON_NEEDED');
    expect((await refusal(api.client.myData.request({ kind: 'export' }))).code).toBe('PERSON_NEEDED');
  });

  test('exports of administrators carry who, when and why, which is counted as a promise', async () => {
    expect(await promise()).toMatchObject({ holds: null, checked: 0 });
    await exported(api, 'builder:b-2', admin);
    await exportedCompany(api);
    expect(await promise()).toMatchObject({ holds: true, checked: 2, broken: 0 });
    const read = (await ben.access.mine({})).items.map(({ sentence }) => sentence);
    expect(read.some((one) => /^Carol Admin \(admin.*The reason given: Asked by letter\.$/.test(one))).toBe(
      true,
    );
    expect(read.some((one) => /exported the data of the whole company.*We move away\.$/.test(one))).toBe(
      true,
    );
  });

  test('another admin who gets the file of the company leaves a record in the list of everyone', async () => {
    const other = await staff(api, 'other@sample-company.example', ['admin'], 'Olga Admin');
    const [request] = (await other.privacyRequest.list({ kind: 'company_export' })).items;
    const requestId = request?.requestId ?? '';
    const { file } = await other.privacyRequest.get({ requestId });
    const { items } = await other.file.list({});
    await other.file.link({ fileId: items.find(({ name }) => name === file?.name)?.fileId ?? '' });
    const read = (await ben.access.mine({})).items.filter(({ reader }) => reader.name === 'Olga Admin');
    expect(read.map(({ operation }) => operation).toSorted()).toEqual(['file.link', 'privacyRequest.get']);
  });

  test('the erasure of a person keeps the promise, and takes the texts of their corrections', async () => {
    const { requestId } = await ben.myData.request({ kind: 'correction', text: TEXT });
    await admin.privacyRequest.answer({ requestId, answer: ANSWER });
    await erase(api, 'builder:b-2');
    expect(await promise()).toMatchObject({ holds: true, checked: 1, broken: 0 });
    expect(await admin.privacyRequest.get({ requestId })).toMatchObject({ reason: '', answer: null });
  });

  test('an export without its record breaks the promise', async () => {
    await sql`delete from accesses.accesses where subject = 'company'`.execute(
      api.context.database.system('the test takes a record away as the owner'),
    );
    expect(await promise()).toMatchObject({ holds: false, broken: 1 });
  });
});
