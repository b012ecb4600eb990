import { sql } from 'kysely';
import type { PersonalData } from '../../../platform/personal-data.ts';

/** Figures of a person by day, and of their commits: all of them in an access report, none of them after an erasure. */
export const personalData = (): PersonalData => ({
  tables: ['context.activity_days', 'context.commit_figures'],
  about: async (transaction, subject) => {
    if (!subject.startsWith('user:')) return null;
    const activity = await transaction
      .selectFrom('context.activity_days')
      .selectAll()
      .where('owner', '=', subject)
      .orderBy('day')
      .execute();
    const commits = await transaction
      .selectFrom('context.commit_figures')
      .selectAll()
      .where('author', '=', subject)
      .orderBy('day')
      .execute();
    const without = <T extends { tenant_id: string }>({ tenant_id: _, ...row }: T) => row;
    return activity.length + commits.length === 0
      ? null
      : { activityByDay: activity.map(without), commitFigures: commits.map(without) };
  },
  erase: async (transaction, _tenantId, subject) => {
    if (!subject.startsWith('user:')) return 0;
    const { rows } = await sql<{ day: string }>`
      delete from context.activity_days where owner = ${subject} returning day::text`.execute(transaction);
    const { numUpdatedRows } = await transaction
      .updateTable('context.commit_figures')
      .set({ author: 'unknown', team: '' })
      .where('author', '=', subject)
      .executeTakeFirst();
    return rows.length + Number(numUpdatedRows);
  },
});
