import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import {
  anyBuilderRow,
  builderRow,
  csv,
  none,
  projectRow,
  projectWeekRow,
  refusal,
  weekRow,
} from '../../../../test/people.ts';

type Tables = Parameters<TestApi['client']['people']['import']>[0];

describe.each(businessDatabases())('an import on $name', ({ create }) => {
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
  async function errorsOf(tables: Tables) {
    const error = await refusal(load(tables));
    expect([error.status, error.code]).toEqual([422, 'IMPORT_INVALID']);
    return error.document?.errors ?? [];
  }

  describe('importing rows', () => {
    test('counts the rows that were there with other values, and touches no others', async () => {
      const [first, second] = [builderRow({ builder_id: 'u-1' }), builderRow({ builder_id: 'u-2' })];
      await load({ builders: [first, second] });
      const { updatedAt } = await api.client.builder.get({ builderId: 'u-1' });
      const again = await load({ builders: [first, { ...second, title: '' }] });
      expect(again.builders).toEqual({ inserted: 0, updated: 1, unchanged: 1 });
      expect((await api.client.builder.get({ builderId: 'u-1' })).updatedAt).toBe(updatedAt);
      expect((await api.client.builder.get({ builderId: 'u-2' })).title).toBeNull();
    });

    test('keeps the order of stages that were entered on the same day', async () => {
      await load({ builders: [builderRow()] });
      const history = async (stage_history: string) => {
        const own = projectRow({ project_id: 'same-day', stage: 'launch', stage_history });
        const { projects } = await load({ projects: [own] });
        const stages = (await api.client.project.get({ projectId: 'same-day' })).history;
        return { changed: projects.inserted + projects.updated, stages: stages.map(({ stage }) => stage) };
      };
      const day = '2026-05-11';
      expect(await history(`validation:${day};build:${day};idea:2026-01-01;launch:${day}`)).toEqual({
        changed: 1,
        stages: ['idea', 'validation', 'build', 'launch'],
      });
      expect((await history(`idea:2026-01-01;validation:${day};build:${day};launch:${day}`)).changed).toBe(0);
      expect(await history(`idea:2026-01-01;build:${day};validation:${day};launch:${day}`)).toEqual({
        changed: 1,
        stages: ['idea', 'build', 'validation', 'launch'],
      });
    });

    test('refuses an invalid time zone', async () => {
      for (const timezone of ['Mars/Olympus', '+02:00', 'Europe Oslo'])
        expect(await refusal(load({ builders: [builderRow({ timezone })] }))).toMatchObject({
          code: 'IMPORT_INVALID',
        });
      await load({ builders: [builderRow({ timezone: 'America/Argentina/Ushuaia' })] });
    });

    test('replaces the stage history, and leaves it alone when none is given', async () => {
      const own = projectRow({ project_id: 'h-1', builder_id: 'h' });
      const historyOf = async () => (await api.client.project.get({ projectId: 'h-1' })).history;
      await load({ builders: [builderRow({ builder_id: 'h' })], projects: [own] });
      expect(await historyOf()).toEqual([
        { stage: 'idea', enteredOn: '2026-03-02' },
        { stage: 'build', enteredOn: '2026-05-11' },
      ]);
      const changed = await load({ projects: [{ ...own, stage_history: 'build:2026-05-12' }] });
      expect(changed.projects).toEqual({ ...none, updated: 1 });
      expect(await historyOf()).toEqual([{ stage: 'build', enteredOn: '2026-05-12' }]);
      expect((await load({ projects: [{ ...own, stage_history: '' }] })).projects).toEqual({
        ...none,
        unchanged: 1,
      });
      expect(await historyOf()).toHaveLength(1);
      await load({ projects: [{ ...own, stage_history: [] }] });
      expect(await historyOf()).toEqual([]);
    });

    test('keeps long histories of many projects', async () => {
      const entries = Array.from({ length: 100 }, (_, day) => ({
        stage: 'build',
        enteredOn: new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
      }));
      const rows = Array.from({ length: 250 }, (_, n) =>
        projectRow({ project_id: `l-${n}`, builder_id: 'l', stage_history: entries }),
      );
      await load({ builders: [builderRow({ builder_id: 'l' })], projects: rows });
      expect((await api.client.project.get({ projectId: 'l-249' })).history).toHaveLength(100);
    });

    test('reads money as micro-dollars', async () => {
      await load({
        builders: [builderRow({ builder_id: 'm' })],
        projects: [projectRow({ project_id: 'm-1', builder_id: 'm' })],
        projectMetrics: csv([projectWeekRow({ project_id: 'm-1' })]),
      });
      const { weeks, tamUsd } = await api.client.project.get({ projectId: 'm-1' });
      expect(tamUsd).toBe(1250000.5);
      expect(weeks).toEqual([
        { week: '2026-W45', goalsSet: 2, goalsMet: 1, activeUsers: 12, revenueMicros: 1_234_560_000 },
      ]);
    });

    test('stores nothing on a dry run, and says what it would do', async () => {
      const tables = {
        builders: csv([builderRow({ builder_id: 'd' })]),
        projects: csv([projectRow({ project_id: 'd-1', builder_id: 'd' })]),
        metrics: csv([weekRow({ builder_id: 'd' })]),
        projectMetrics: csv([projectWeekRow({ project_id: 'd-1' })]),
      };
      const one = { ...none, inserted: 1 };
      const counts = { builders: one, projects: one, metrics: one, projectMetrics: one };
      expect(await load({ ...tables, dryRun: true })).toEqual({ dryRun: true, ...counts });
      expect((await refusal(api.client.builder.get({ builderId: 'd' }))).status).toBe(404);
      expect(await load(tables)).toEqual({ dryRun: false, ...counts });
      expect(
        await errorsOf({ ...tables, metrics: csv([weekRow({ builder_id: 'nobody' })]), dryRun: true }),
      ).toEqual([
        {
          field: 'builder_id',
          file: 'metrics.csv',
          row: 2,
          column: 'builder_id',
          message: 'nobody is not known',
        },
      ]);
    });

    test('does not deadlock with another import that has the same rows in another order', async () => {
      const rows = Array.from({ length: 400 }, (_, n) => builderRow({ builder_id: `o-${n}` }));
      const imports = Array.from({ length: 6 }, (_, n) => {
        const named = rows.map((row) => ({ ...row, name: `Name ${n}` }));
        return load({ builders: n % 2 === 0 ? named : named.reverse() });
      });
      const counts = (await Promise.all(imports)).map(({ builders }) => builders);
      expect(counts.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(400);
      expect(counts.reduce((sum, { updated }) => sum + updated, 0)).toBe(2000);
    });

    test('gives the same rows from CSV as from JSON, whatever is in the cells', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyBuilderRow, { minLength: 1, maxLength: 5 }),
          fc.constantFrom('\n', '\r\n'),
          async (given, end) => {
            run += 1;
            const rows = given.map((row, n) => ({
              ...row,
              builder_id: `f-${n} ${row.builder_id}`.trim(),
              email: `${run}.${n}.${row.email}`,
            }));
            const notes = rows.map(({ builder_id, title }) => weekRow({ builder_id, note: title }));
            await load({ builders: csv(rows, end), metrics: csv(notes, end) });
            const again = await load({ builders: rows, metrics: notes });
            expect(again.builders).toEqual({ ...none, unchanged: rows.length });
            expect(again.metrics).toEqual({ ...none, unchanged: rows.length });
            const [first] = rows as [(typeof rows)[number]];
            const stored = await api.client.builder.get({ builderId: first.builder_id });
            expect([stored.name, stored.title, stored.weeklyHours, stored.weeks[0]?.note]).toEqual([
              first.name.trim(),
              first.title || null,
              first.weekly_hours,
              first.title || null,
            ]);
          },
        ),
        { numRuns: 25 },
      );
    });
  });

  test('understands what spreadsheets and HR systems export', async () => {
    const builders = [
      'Employee ID;Full name;E-Mail;Department;Job Title;Employment Status;Hire Date;Hours per week;Time zone',
      'hr-1;Petra Quince;petra@people.example;Orchard;"Lead; tools";On leave;01.03.2024;37,5;Europe/Oslo',
    ].join('\r\n');
    await load({ builders });
    expect(await api.client.builder.get({ builderId: 'hr-1' })).toMatchObject({
      name: 'Petra Quince',
      team: 'Orchard',
      title: 'Lead; tools',
      status: 'on_leave',
      startedOn: '2024-03-01',
      weeklyHours: 37.5,
    });
    const misspelt = csv([builderRow()]).replace('builder_id', 'bilder_id');
    expect(await errorsOf({ builders: misspelt })).toMatchObject([
      { column: 'builder_id', message: 'is missing in the header' },
      { column: 'bilder_id', message: 'is not a column of this table; did you mean builder_id?' },
    ]);
  });

  test('takes headers of the company by a mapping, which leaves columns out too', async () => {
    const row = { ...builderRow({ builder_id: 'map-1' }), Lohngruppe: 'E13' };
    const builders = csv([row]).replace('builder_id', 'Personalnummer');
    await load({ builders, mapping: { Personalnummer: 'builder_id', Lohngruppe: null } });
    expect((await api.client.builder.get({ builderId: 'map-1' })).builderId).toBe('map-1');
  });
});
