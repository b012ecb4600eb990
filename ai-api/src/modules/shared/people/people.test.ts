import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleCompany, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, none, projectRow, refusal, weekRow } from '../../../../test/people.ts';
import { BUILDER_STATUSES } from './rows.ts';

type Tables = Parameters<TestApi['client']['people']['import']>[0];
type Cells = Record<string, string>;

function readSample(): Record<'builders' | 'projects' | 'metrics' | 'projectMetrics', Cells[]> {
  const read = (text: string) => parse(text, { columns: true }) as Cells[];
  const { builders, projects, metrics, projectMetrics } = sampleCompany();
  return {
    builders: read(builders),
    projects: read(projects),
    metrics: read(metrics),
    projectMetrics: read(projectMetrics),
  };
}

describe.each(businessDatabases())('people on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const sample = readSample();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const load = (tables: Tables) => api.client.people.import(tables);
  const allBuilders = async () => (await api.client.builder.list({ limit: 500 })).items;
  const allProjects = async () => (await api.client.project.list({ limit: 500 })).items;

  describe('importing the sample company', () => {
    test('brings in every builder, project and week', async () => {
      expect(await load(sampleCompany())).toEqual({
        dryRun: false,
        builders: { ...none, inserted: 75 },
        projects: { ...none, inserted: 97 },
        metrics: { ...none, inserted: sample.metrics.length },
        projectMetrics: { ...none, inserted: sample.projectMetrics.length },
      });
      const builders = await allBuilders();
      expect(builders).toHaveLength(75);
      const details = await Promise.all(
        builders.map(({ builderId }) => api.client.builder.get({ builderId })),
      );
      expect(details.flatMap(({ projects }) => projects)).toHaveLength(97);
      const stored = details.flatMap(({ builderId, weeks }) =>
        weeks.map(({ week, hoursWorked, note }) => JSON.stringify([builderId, week, hoursWorked, note])),
      );
      const expected = sample.metrics.map(({ builder_id, week, hours_worked, note }) =>
        JSON.stringify([builder_id, week, hours_worked ? Number(hours_worked) : null, note || null]),
      );
      expect(stored.sort()).toEqual(expected.sort());
    });

    test('changes nothing when it is done again', async () => {
      const before = [await allBuilders(), await allProjects()];
      expect(await load(sampleCompany())).toEqual({
        dryRun: false,
        builders: { ...none, unchanged: 75 },
        projects: { ...none, unchanged: 97 },
        metrics: { ...none, unchanged: sample.metrics.length },
        projectMetrics: { ...none, unchanged: sample.projectMetrics.length },
      });
      expect([await allBuilders(), await allProjects()]).toEqual(before);
    });

    test('is the same as JSON rows', async () => {
      expect(await load(sample)).toEqual({
        dryRun: false,
        builders: { ...none, unchanged: 75 },
        projects: { ...none, unchanged: 97 },
        metrics: { ...none, unchanged: sample.metrics.length },
        projectMetrics: { ...none, unchanged: sample.projectMetrics.length },
      });
    });
  });

  describe('listing', () => {
    const ids = ['p-%', 'p-_', 'p-1', 'p-2', 'p-ä', 'p/slash', 'p?ü&=#'];

    beforeAll(async () => {
      const rows = ids.map((id, n) =>
        builderRow({ builder_id: id, team: 'Paging', name: `Name\\${n}`, status: BUILDER_STATUSES[n % 3] }),
      );
      const stages = ['idea', 'build'];
      const projects = ids.map((id, n) =>
        projectRow({
          project_id: id,
          builder_id: 'p-1',
          stage: stages[n % 2],
          status: n === 0 ? 'done' : 'active',
        }),
      );
      const weeks = Array.from({ length: 15 }, (_, n) =>
        weekRow({ builder_id: 'p-1', week: `2026-W${n + 20}` }),
      );
      await load({ builders: rows, projects, metrics: weeks });
    });

    const listed = async (filter: Parameters<TestApi['client']['builder']['list']>[0]) =>
      (await api.client.builder.list({ team: 'Paging', ...filter })).items
        .map(({ builderId }) => builderId)
        .sort();

    test('goes through all pages in order, each builder once', async () => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.client.builder.list({ limit: 20, cursor });
        expect(page.items.length).toBeLessThanOrEqual(20);
        seen.push(...page.items.map(({ builderId }) => builderId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      expect(seen).toEqual((await allBuilders()).map(({ builderId }) => builderId));
      expect(new Set(seen).size).toBe(75 + ids.length);
    });

    test('ends with no cursor, also when the last page is full', async () => {
      expect((await api.client.builder.list({ team: 'Paging', limit: ids.length })).nextCursor).toBeNull();
      const first = await api.client.builder.list({ team: 'Paging', limit: ids.length - 1 });
      const second = await api.client.builder.list({ team: 'Paging', cursor: first.nextCursor ?? '' });
      expect([first.items.length, second.items.length]).toEqual([ids.length - 1, 1]);
    });

    test.each([
      ['%', ['p-%']],
      ['_', ['p-_']],
      ['\\', ids],
      ['P-Ä', ['p-ä']],
      ['p?ü&=#', ['p?ü&=#']],
      ['name\\2', ['p-1']],
      ['@PEOPLE.ex', ids],
      ["'; drop", []],
    ])('finds %s as it is written, in any case', async (search, found) => {
      expect(await listed({ search })).toEqual([...found].sort());
    });

    test('filters builders by status and team', async () => {
      expect(await listed({ status: 'on_leave' })).toEqual(['p-_', 'p-ä']);
      expect(await listed({ team: 'Nobody' })).toEqual([]);
    });

    test('filters projects by builder, stage and status', async () => {
      const found = async (filter: Parameters<TestApi['client']['project']['list']>[0]) =>
        (await api.client.project.list({ builderId: 'p-1', ...filter })).items.map(
          ({ projectId }) => projectId,
        );
      expect(await found({})).toHaveLength(ids.length);
      expect(await found({ status: 'done' })).toEqual(['p-%']);
      expect(await found({ stage: 'idea', status: 'active' })).toHaveLength(3);
      expect(await found({ builderId: 'p-2' })).toEqual([]);
    });

    test.each(ids)('gets %s', async (id) => {
      expect((await api.client.builder.get({ builderId: id })).builderId).toBe(id);
      expect((await api.client.project.get({ projectId: id })).projectId).toBe(id);
    });

    test('shows the twelve newest weeks of a builder', async () => {
      const { weeks } = await api.client.builder.get({ builderId: 'p-1' });
      expect(weeks.map((row) => row.week)).toEqual(Array.from({ length: 12 }, (_, n) => `2026-W${34 - n}`));
    });

    test('answers 404 for ids that are not there', async () => {
      const builder = await refusal(api.client.builder.get({ builderId: 'P-1' }));
      const project = await refusal(api.client.project.get({ projectId: "' or ''='" }));
      expect([builder.status, builder.code, project.status, project.code]).toEqual([
        404,
        'NOT_FOUND',
        404,
        'NOT_FOUND',
      ]);
    });

    test.each([
      ['limit', { limit: 0 }],
      ['limit', { limit: 501 }],
      ['limit', { limit: 1.5 }],
      ['limit', { limit: 'ten' }],
      ['search', { search: 'x'.repeat(101) }],
      ['status', { status: 'gone' }],
    ])('refuses a wrong %s: %j', async (field, filter) => {
      const { status, document } = await refusal(api.client.builder.list(filter as never));
      expect([status, document?.errors?.[0]?.field]).toEqual([422, field]);
    });
  });
});
