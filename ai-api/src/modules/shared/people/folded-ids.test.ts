import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { expect, test } from 'vitest';
import * as foldedIds from '../../../../migrations/0058-folded-ids.ts';
import { startApi } from '../../../../test/api.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { builderRow, projectRow, projectWeekRow, refusal, weekRow } from '../../../../test/people.ts';

test.each(businessDatabases())(
  'ids that were stored before they were folded are reached, on $name',
  async ({ create }) => {
    const testDatabase = await create();
    const api = await startApi(testDatabase);
    try {
      await api.client.people.import({
        builders: [
          builderRow({ builder_id: 'wide', email: 'wide@fold.example' }),
          builderRow({ builder_id: 'twice', email: 'twice@fold.example' }),
          builderRow({ builder_id: 'other', email: 'other@fold.example' }),
        ],
        projects: [projectRow({ project_id: 'p-wide', builder_id: 'wide' })],
        metrics: [weekRow({ builder_id: 'wide' })],
        projectMetrics: [projectWeekRow({ project_id: 'p-wide' })],
      });
      const owner = api.context.database.system('the test stores ids as an earlier version did');
      const { up }: Migration = foldedIds;
      await owner.transaction().execute(async (transaction) => {
        await sql`set local session_replication_role = replica`.execute(transaction);
        for (const [table, column, from, to] of [
          ['people.superbuilders', 'builder_id', 'wide', 'ｗｉｄｅ'],
          ['people.projects', 'builder_id', 'wide', 'ｗｉｄｅ'],
          ['people.metrics_weekly', 'builder_id', 'wide', 'ｗｉｄｅ'],
          ['people.projects', 'project_id', 'p-wide', 'p-ｗｉｄｅ'],
          ['people.project_stages', 'project_id', 'p-wide', 'p-ｗｉｄｅ'],
          ['people.project_metrics_weekly', 'project_id', 'p-wide', 'p-ｗｉｄｅ'],
          ['people.superbuilders', 'builder_id', 'other', 'ｔｗｉｃｅ'],
        ] as const)
          await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${to} where ${sql.ref(column)} = ${from}`.execute(
            transaction,
          );
      });
      expect((await refusal(api.client.builder.get({ builderId: 'ｗｉｄｅ' }))).code).toBe('NOT_FOUND');

      await up(owner);

      const builder = await api.client.builder.get({ builderId: 'ｗｉｄｅ' });
      expect([builder.builderId, builder.email, builder.weeks.length]).toEqual([
        'wide',
        'wide@fold.example',
        1,
      ]);
      const project = await api.client.project.get({ projectId: 'p-wide' });
      expect([project.builderId, project.history.length, project.weeks.length]).toEqual(['wide', 2, 1]);
      const { items } = await api.client.builder.list({});
      expect(items.map(({ builderId }) => builderId).toSorted()).toEqual(['twice', 'wide', 'ｔｗｉｃｅ']);
    } finally {
      await api.stop();
      await testDatabase.remove();
    }
  },
);
