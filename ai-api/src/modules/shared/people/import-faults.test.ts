import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, csv, projectRow, projectWeekRow, refusal, weekRow } from '../../../../test/people.ts';
import { ApiError } from '../../../catalogue/client.ts';

type Tables = Parameters<TestApi['client']['people']['import']>[0];

describe.each(businessDatabases())('an import that is not valid, on $name', ({ create }) => {
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

  test('leaves nothing behind when the last row of the last table is bad', async () => {
    const tables = {
      builders: csv([builderRow({ builder_id: 'half' })]),
      projects: csv([projectRow({ project_id: 'half-1', builder_id: 'half' })]),
      metrics: csv([weekRow({ builder_id: 'half' })]),
    };
    const bad = projectWeekRow({ project_id: 'half-1', week: '2026-W46', revenue_usd: 'much' });
    const projectMetrics = csv([projectWeekRow({ project_id: 'half-1' }), bad]);
    expect(await errorsOf({ ...tables, projectMetrics })).toEqual([
      {
        field: 'revenue_usd',
        file: 'project-metrics.csv',
        row: 3,
        column: 'revenue_usd',
        message: '"much" must be a number such as 38.5',
      },
    ]);
    const unknown = csv([projectWeekRow({ project_id: 'half-1' }), projectWeekRow({ project_id: 'half-2' })]);
    expect(await errorsOf({ ...tables, projectMetrics: unknown })).toMatchObject([
      { column: 'project_id', row: 3 },
    ]);
    expect((await refusal(api.client.builder.get({ builderId: 'half' }))).status).toBe(404);
    expect((await refusal(api.client.project.get({ projectId: 'half-1' }))).status).toBe(404);
  });

  test('names faults of the header and of the cells below it at once', async () => {
    const text = csv([
      builderRow({ builder_id: 'x-1', email: 'no' }),
      builderRow({ builder_id: 'x-2', status: 'gone' }),
    ]);
    const renamed = text.replace('weekly_hours', 'lunch');
    expect(await errorsOf({ builders: renamed })).toMatchObject([
      { row: 1, column: 'weekly_hours', message: 'is missing in the header' },
      { row: 1, column: 'lunch', message: 'is not a column of this table' },
      { row: 2, column: 'email', message: '"no" must be an e-mail address' },
      { row: 3, column: 'status', message: '"gone" must be one of active, on_leave, left' },
    ]);
  });

  test.each<[string, Tables, [string, number, string, string][]]>([
    [
      'every bad cell of a row',
      {
        builders: [
          builderRow(),
          builderRow({
            builder_id: 'x-2',
            email: 'no',
            status: 'gone',
            started_on: '2026-02-30',
            weekly_hours: 'abc',
          }),
        ],
      },
      [
        ['builders.csv', 2, 'email', '"no" must be an e-mail address'],
        ['builders.csv', 2, 'status', '"gone" must be one of active, on_leave, left'],
        ['builders.csv', 2, 'started_on', '"2026-02-30" must be a day such as 2026-11-16'],
        ['builders.csv', 2, 'weekly_hours', '"abc" must be a number such as 38.5'],
      ],
    ],
    [
      'cells that are missing in JSON',
      { builders: [{ builder_id: 'x' }] },
      ['name', 'email', 'team', 'status', 'started_on', 'weekly_hours'].map((column) => [
        'builders.csv',
        1,
        column,
        'is missing',
      ]),
    ],
    [
      'cells of another type',
      { builders: [builderRow({ name: 5, team: null, started_on: {}, weekly_hours: true })] },
      [
        ['builders.csv', 1, 'name', 'must be text'],
        ['builders.csv', 1, 'team', 'must be text'],
        ['builders.csv', 1, 'started_on', 'must be a day such as 2026-11-16'],
        ['builders.csv', 1, 'weekly_hours', 'must be a number such as 38.5'],
      ],
    ],
    [
      'a week that its year does not have',
      { metrics: csv([weekRow(), weekRow({ week: '2025-W53' })]) },
      [['metrics.csv', 3, 'week', '"2025-W53" is not a week of that year']],
    ],
    [
      'a week in another notation',
      { metrics: csv([weekRow({ week: '45/2026' })]) },
      [['metrics.csv', 2, 'week', '"45/2026" must be an ISO week such as 2026-W45']],
    ],
    [
      'numbers out of bounds',
      {
        metrics: csv([
          weekRow({ active_days: '8', goals_set: '2.5', hours_worked: '-1', brainlift_quality: '1e2' }),
        ]),
      },
      [
        ['metrics.csv', 2, 'hours_worked', '"-1" must be at least 0'],
        ['metrics.csv', 2, 'active_days', '"8" must be at most 7'],
        ['metrics.csv', 2, 'brainlift_quality', '"1e2" must be a number such as 38.5'],
        ['metrics.csv', 2, 'goals_set', '"2.5" must be a whole number'],
      ],
    ],
    [
      'stage histories in another notation',
      {
        projects: ['build', 'nope:2026-01-01', 'idea:2026-13-01'].map((stage_history, n) =>
          projectRow({ project_id: `z-${n}`, stage_history }),
        ),
      },
      [
        ['projects.csv', 1, 'stage_history', '"build" must look like idea:2026-03-02;build:2026-05-11'],
        [
          'projects.csv',
          2,
          'stage_history',
          '"nope:2026-01-01" must be one of idea, validation, build, launch, growth',
        ],
        ['projects.csv', 3, 'stage_history', '"idea:2026-13-01" must be a day such as 2026-11-16'],
      ],
    ],
    [
      'characters that cannot be stored',
      { builders: [builderRow({ name: 'a\0b', title: '\ud800', builder_id: 'a\u0007' })] },
      [
        ['builders.csv', 1, 'builder_id', 'must not have control characters'],
        ['builders.csv', 1, 'name', 'has a character that cannot be stored'],
        ['builders.csv', 1, 'title', 'has a character that cannot be stored'],
      ],
    ],
    [
      'ids that no URL can carry',
      { builders: [builderRow({ builder_id: '..' }), builderRow({ builder_id: ' ' })] },
      [
        ['builders.csv', 1, 'builder_id', '".." must not be . or ..'],
        ['builders.csv', 2, 'builder_id', 'must not be empty'],
      ],
    ],
    [
      'years before the calendar',
      { builders: [builderRow({ started_on: '0000-01-01' })] },
      [['builders.csv', 1, 'started_on', '"0000-01-01" must be a day such as 2026-11-16']],
    ],
    [
      'an unknown column in JSON',
      { builders: [builderRow({ nickname: 'T' })] },
      [['builders.csv', 1, 'nickname', 'is not a column of this table']],
    ],
    [
      'the same builder twice, by line when cells have newlines',
      {
        builders: csv(
          [
            builderRow({ builder_id: 'a', title: 'two\nlines' }),
            builderRow({ builder_id: 'b' }),
            builderRow({ builder_id: ' a ' }),
          ],
          '\r\n',
        ),
      },
      [['builders.csv', 5, 'builder_id', 'is a duplicate of row 2']],
    ],
    [
      'the same week of a project twice',
      { projectMetrics: [projectWeekRow(), projectWeekRow({ week: '2026-W44' }), projectWeekRow()] },
      [['project-metrics.csv', 3, 'project_id', 'is a duplicate of row 1']],
    ],
    [
      'builders and projects that are not known',
      {
        projects: csv([projectRow({ builder_id: 'ghost' })]),
        metrics: [weekRow({ builder_id: 'spectre' })],
      },
      [
        ['projects.csv', 2, 'builder_id', 'ghost is not known'],
        ['metrics.csv', 1, 'builder_id', 'spectre is not known'],
      ],
    ],
    [
      'faults of every table at once',
      { builders: '', projects: 'project_id\n', metrics: [weekRow({ note: 7 })], projectMetrics: '"' },
      [
        ['builders.csv', 1, '(row)', 'the file is empty'],
        ...['name', 'builder_id', 'status', 'stage', 'stage_history', 'tam_usd', 'tam_rationale', 'goal'].map(
          (column): [string, number, string, string] => [
            'projects.csv',
            1,
            column,
            'is missing in the header',
          ],
        ),
        ['metrics.csv', 1, 'note', 'must be text'],
        ['project-metrics.csv', 1, '(row)', 'has a quote that is never closed'],
      ],
    ],
    [
      'rows with too few and too many cells',
      { builders: `\ufeff${csv([builderRow()])}x-2,Someone\n` },
      [['builders.csv', 3, '(row)', 'has 2 cells, the header has 9']],
    ],
  ])('names file, row and column of %s', async (_, tables, expected) => {
    const errors = await errorsOf(tables);
    expect(errors.map(({ file, row, field, message }) => [file, row, field, message])).toEqual(expected);
  });

  test('lists at most 100 faults, and counts them all', async () => {
    const rows = Array.from({ length: 150 }, (_, n) => builderRow({ builder_id: `x-${n}`, email: 'no' }));
    const error = await refusal(load({ builders: rows }));
    expect(error.document?.errors).toHaveLength(100);
    expect(error.document?.detail).toBe(
      'builders.csv, row 1, column email: "no" must be an e-mail address (and 149 more)',
    );
  });

  test('is reported as 422 whatever the text, and never breaks the server', async () => {
    const unit = fc.oneof(
      fc.constantFrom(',', '"', '\n', '\r', '\0', '\ufeff', ' ', 'a', '1'),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    );
    const header = `${Object.keys(builderRow()).join(',')}\n`;
    const text = fc.oneof(
      fc.string({ unit }),
      fc.string({ unit }).map((rest) => header + rest),
      fc.array(fc.string({ unit }), { minLength: 9, maxLength: 9 }).map((cells) => header + cells.join(',')),
      fc
        .tuple(fc.constantFrom(...Object.keys(builderRow())), fc.string({ unit }))
        .map(([column, cell]) => csv([builderRow({ builder_id: 'any', [column]: cell })])),
    );
    await fc.assert(
      fc.asyncProperty(text, async (builders) => {
        const outcome = await load({ builders }).catch((error: unknown) => error);
        if (outcome instanceof ApiError)
          expect([outcome.status, outcome.code]).toEqual([422, 'IMPORT_INVALID']);
        else expect(outcome).toHaveProperty('builders');
      }),
      { numRuns: 100 },
    );
  });
});
