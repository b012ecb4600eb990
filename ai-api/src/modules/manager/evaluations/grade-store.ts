import { type Selectable, sql } from 'kysely';
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
  grades: Omit<ProjectGradeRecord, 'tenant_id' | 'contested_at'>[],
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

/** The grade that rests on a judgement. */
export function findProjectGrade(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<ProjectGradeRecord | undefined> {
  return transaction
    .selectFrom('evaluations.project_grades')
    .selectAll()
    .where('judgement_id', '=', judgementId)
    .executeTakeFirst();
}

/** Marks the grade that rests on a judgement as contested or not. False when none does. */
export async function markProjectContested(
  transaction: TenantTransaction,
  judgementId: string,
  at: Date | null,
): Promise<boolean> {
  const grade = await transaction
    .updateTable('evaluations.project_grades')
    .set({ contested_at: at })
    .where('judgement_id', '=', judgementId)
    .returning('evaluation_id')
    .executeTakeFirst();
  if (grade) await touch(transaction, grade.evaluation_id);
  return grade !== undefined;
}

/** Points a grade to a superseding judgement. False when it no longer rests on the one that was read. */
export async function replaceProjectGrade(
  transaction: TenantTransaction,
  { evaluation_id, judgement_id }: Pick<ProjectGradeRecord, 'evaluation_id' | 'judgement_id'>,
  judgementId: string,
  { grade, score }: Pick<ProjectGradeRecord, 'grade' | 'score'>,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('evaluations.project_grades')
    .set({ judgement_id: judgementId, grade, score })
    .where('judgement_id', '=', judgement_id)
    .executeTakeFirst();
  await touch(transaction, evaluation_id);
  return numUpdatedRows === 1n;
}

/** Raises the revision of the run, which dates the answers that are kept about it. */
async function touch(transaction: TenantTransaction, evaluationId: string): Promise<void> {
  await transaction
    .updateTable('evaluations.evaluations')
    .set({ updated_at: sql<Date>`now()` })
    .where('id', '=', evaluationId)
    .execute();
}
