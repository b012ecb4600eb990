import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, projectRow, refusal } from '../../../../test/people.ts';
import { erase, exportedText } from '../../../../test/privacy.ts';
import { systemActor } from '../audit/index.ts';

const DAY = '2026-11-17';
const HEADER = 'record_id;kind;reference;title;project_id;builders;day;started_at;ended_at';

const row = (change: object = {}) => ({
  record_id: 'm-1',
  kind: 'meeting',
  reference: null,
  title: 'Pilot call',
  project_id: null,
  builders: ['w-1'],
  day: DAY,
  started_at: null,
  ended_at: null,
  ...change,
});

describe.each(businessDatabases())('an import of work on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    await api.client.people.import({
      builders: ['w-1', 'w-2'].map((builder_id) =>
        builderRow({ builder_id, email: `${builder_id}@company.example` }),
      ),
      projects: [projectRow({ project_id: 'p-1', builder_id: 'w-1' })],
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const load = (records: string | Record<string, unknown>[], dryRun = false) =>
    api.client.people.importWork({ records, dryRun });

  async function around(builderId: string, text = '', date = DAY) {
    const { database, identity, config } = api.context;
    const tenantId = await identity.ensureTenant(config.TENANT);
    const day = { from: new Date(`${date}T00:00:00Z`), until: new Date(`${date}T24:00:00Z`) };
    return database.withTenant(tenantId, (transaction) =>
      api.context.people.workAround(transaction, { builderId, date, day, projectId: 'p-1', text }),
    );
  }

  test('takes rows of a calendar by ids and addresses, leaves guests out and changes nothing twice', async () => {
    const csv = [
      HEADER,
      `e-1;Meeting;;Pilot call;p-1;"W-2@company.example;guest@elsewhere.example";;${DAY}T10:00:00+01:00;${DAY}T11:00:00+01:00`,
      `t-1;ticket;LIF-412;Import drops rows;;w-1|w-2;${DAY};;`,
    ].join('\n');
    expect((await load(csv, true)).records).toEqual({ inserted: 2, updated: 0, unchanged: 0 });
    expect((await load(csv)).records).toEqual({ inserted: 2, updated: 0, unchanged: 0 });
    expect((await load(csv)).records).toEqual({ inserted: 0, updated: 0, unchanged: 2 });
    const { records } = await around('w-2');
    expect(records).toEqual([
      {
        recordId: 'e-1',
        kind: 'meeting',
        reference: null,
        title: 'Pilot call',
        projectId: 'p-1',
        day: DAY,
        startedAt: `${DAY}T09:00:00Z`,
        endedAt: `${DAY}T10:00:00Z`,
        isOwn: true,
      },
      expect.objectContaining({ recordId: 't-1', startedAt: null, isOwn: true }),
    ]);
  });

  test('finds what a text names of others, and nothing that is far away', async () => {
    await load([row({ record_id: 'far', day: '2026-10-01' }), row({ record_id: 'near', day: '2026-11-10' })]);
    await load([row({ record_id: 'other', kind: 'ticket', reference: 'ABC-9', builders: ['w-2'] })]);
    const found = await around('w-1', 'Looked into abc-9 with Builder of the project');
    expect(found.records.map(({ recordId, isOwn }) => [recordId, isOwn])).toEqual([
      ['other', false],
      ['t-1', true],
      ['near', true],
    ]);
    expect(found.projects.map(({ projectId }) => projectId)).toEqual(['p-1']);
  });

  test.each([
    [{ builders: 'w-9' }, 'builders', /w-9 is not known/],
    [{ builders: ['guest@elsewhere.example'] }, 'builders', /names no builder/],
    [{ project_id: 'p-9' }, 'project_id', /p-9 is not known/],
    [{ day: null }, 'day', /must not be empty without started_at/],
    [{ started_at: `${DAY}T10:00:00Z` }, 'ended_at', /must be given with started_at/],
    [{ started_at: `${DAY}T10:00:00Z`, ended_at: `${DAY}T09:00:00Z` }, 'ended_at', /must be after/],
    [{ kind: 'party' }, 'kind', /must be one of meeting, ticket, document/],
  ])('refuses %o', async (change, column, message) => {
    const refused = await refusal(load([row(change)]));
    expect(refused.code).toBe('IMPORT_INVALID');
    expect(refused.document?.errors).toMatchObject([{ column, message: expect.stringMatching(message) }]);
  });

  test('is in the export of personal data, and is gone after an erasure and after its time', async () => {
    await load([row({ record_id: 'alone', builders: ['w-2'] })]);
    const { identity, config } = api.context;
    const tenantId = await identity.ensureTenant(config.TENANT);
    expect(await exportedText(api, 'builder:w-2')).toContain('"recordId": "alone"');
    await erase(api, 'builder:w-2');
    expect((await around('w-2')).records).toEqual([]);
    expect((await around('w-1')).records.map(({ recordId }) => recordId)).toContain('t-1');
    await api.client.approval.setSettings({ workRecordDays: 30 });
    const { privacy, clock } = api.context;
    const apply = async () => (await privacy.retention.runKind(tenantId, 'work-records'))[0]?.removed;
    clock.now = () => new Date('2027-02-01T00:00:00Z');
    expect(await apply()).toBe(0);
    await privacy.retention.dryRun(systemActor(tenantId, 'test.write'), 'work-records');
    expect(await apply()).toBe(0);
    clock.now = () => new Date('2027-02-02T03:00:00Z');
    expect(await apply()).toBeGreaterThan(0);
    expect((await around('w-1')).records).toEqual([]);
  });
});
