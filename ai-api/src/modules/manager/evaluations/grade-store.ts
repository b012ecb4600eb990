import type { Selectable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ProjectGradeRecord = Selectable<Schema['evaluations.project_grades']>;

/** Which of these projects have their grade in a run already. */
export async function gradedProjects(
  transaction: TenantTransaction,
  runId: string,
  projectIds: string[],
): Promise<Set<string>> {
  if (projectIds.length === 0) return new Set();
  const rows = await transaction
    .selectFrom('evaluations.project_grades')
    .select('project_id')
    .where('run_id', '=', runId)
    .where('project_id', 'in', projectIds)
    .execute();
  return new Set(rows.map(({ project_id }) => project_id));
}

export async function insertProjectGrades(
  transaction: TenantTransaction,
  grades: Omit<ProjectGradeRecord, 'tenant_id'>[],
): Promise<void> {
  if (grades.length > 0) await transaction.insertInto('evaluations.project_grades').values(grades).execute();
}

export function projectGradesOf(
  transaction: TenantTransaction,
  evaluationIds: string[],
): Promise<ProjectGradeRecord[]> {
  if (evaluationIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('evaluations.project_grades')
    .selectAll()
    .where('evaluation_id', 'in', evaluationIds)
    .orderBy('project_id')
    .execute();
}
