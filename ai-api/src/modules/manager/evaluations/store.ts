import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Judged } from '../../../judgement/index.ts';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { RunRecord } from './run-store.ts';

export type EvaluationRecord = Selectable<Schema['evaluations.evaluations']>;

/** One row for each builder of a run. */
export async function insertEvaluations(
  transaction: TenantTransaction,
  runId: string,
  builders: { builder_id: string; name: string; email: string; team: string }[],
): Promise<void> {
  for (let start = 0; start < builders.length; start += 1000) {
    const values = builders.slice(start, start + 1000).map(({ builder_id, name, email, team }) => ({
      id: uuidv7(),
      run_id: runId,
      builder_id,
      name,
      email,
      team,
    }));
    await transaction.insertInto('evaluations.evaluations').values(values).execute();
  }
}

export function findByBuilder(
  transaction: TenantTransaction,
  runId: string,
  builderId: string,
): Promise<EvaluationRecord | undefined> {
  return transaction
    .selectFrom('evaluations.evaluations')
    .selectAll()
    .where('run_id', '=', runId)
    .where('builder_id', '=', builderId)
    .executeTakeFirst();
}

export function findEvaluation(
  transaction: TenantTransaction,
  id: string,
): Promise<EvaluationRecord | undefined> {
  return transaction
    .selectFrom('evaluations.evaluations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The evaluation that rests on a judgement. */
export function findByJudgement(
  transaction: TenantTransaction,
  judgementId: string,
): Promise<EvaluationRecord | undefined> {
  return transaction
    .selectFrom('evaluations.evaluations')
    .selectAll()
    .where('judgement_id', '=', judgementId)
    .executeTakeFirst();
}

/** Marks the evaluation that rests on a judgement as contested or not. False when none does. */
export async function markContested(
  transaction: TenantTransaction,
  judgementId: string,
  at: Date | null,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('evaluations.evaluations')
    .set({ contested_at: at, updated_at: sql<Date>`now()` })
    .where('judgement_id', '=', judgementId)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Official evaluations of builders in weeks that an engine judged. @returns their ids */
export async function judgedByEngine(
  transaction: TenantTransaction,
  weeks: readonly { builderId: string; week: string }[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select evaluation.id from evaluations.evaluations as evaluation
    join evaluations.runs as run on run.id = evaluation.run_id
    join json_to_recordset(${JSON.stringify(weeks)}::json) as wanted ("builderId" text, week text)
      on wanted."builderId" = evaluation.builder_id and wanted.week = run.week
    where not run.dry_run and evaluation.status = 'judged' and evaluation.engine <> 'human'`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}

/** Sets whether a person should review an evaluation. False when it was so before. */
export async function setReview(
  transaction: TenantTransaction,
  id: string,
  isNeeded: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('evaluations.evaluations')
    .set({ needs_review: isNeeded, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('needs_review', '=', !isNeeded)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Keeps what a builder says of their week. */
export async function writeAnswer(
  transaction: TenantTransaction,
  id: string,
  answer: string,
  at: Date,
): Promise<void> {
  await transaction
    .updateTable('evaluations.evaluations')
    .set({ answer, answered_at: at, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

/** Ids of the judgements that a run rests on. */
export async function judgementIdsOf(
  transaction: TenantTransaction,
  runId: string,
): Promise<{ builders: string[]; projects: string[] }> {
  const builders = await transaction
    .selectFrom('evaluations.evaluations')
    .select('judgement_id as id')
    .where('run_id', '=', runId)
    .execute();
  const projects = await transaction
    .selectFrom('evaluations.project_grades as grade')
    .innerJoin('evaluations.evaluations as evaluation', 'evaluation.id', 'grade.evaluation_id')
    .select('grade.judgement_id as id')
    .where('evaluation.run_id', '=', runId)
    .execute();
  return {
    builders: builders.map(({ id }) => id).filter((id) => id !== null),
    projects: projects.map(({ id }) => id),
  };
}

/** Keeps others from changing an evaluation until the transaction ends. */
export async function lockEvaluation(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction
    .selectFrom('evaluations.evaluations')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .execute();
}

/** The columns of an evaluation that repeat its judgement, so that lists need no second look. */
function outcomeOf(
  judged: Pick<Judged, 'grade' | 'score' | 'coverage' | 'engine' | 'needsReview' | 'feedback'>,
) {
  return {
    grade: judged.grade,
    score: judged.score,
    coverage: judged.coverage,
    engine: judged.engine,
    needs_review: judged.needsReview,
    feedback: judged.feedback,
  };
}

/** Marks a pending evaluation as judged. False when it was judged already: then nothing may be stored. */
export async function markJudged(
  transaction: TenantTransaction,
  id: string,
  judgementId: string,
  judged: Parameters<typeof outcomeOf>[0],
): Promise<boolean> {
  const updated = await transaction
    .updateTable('evaluations.evaluations')
    .set({ ...outcomeOf(judged), status: 'judged', judgement_id: judgementId, error: null })
    .set((eb) => ({ attempts: eb('attempts', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Points an evaluation to a superseding judgement. False when it no longer rests on `previous`. */
export async function replaceJudgement(
  transaction: TenantTransaction,
  id: string,
  { previous, judgementId, isMailDue }: { previous: string; judgementId: string; isMailDue: boolean },
  judged: Parameters<typeof outcomeOf>[0],
): Promise<boolean> {
  const updated = await transaction
    .updateTable('evaluations.evaluations')
    .set({
      ...outcomeOf(judged),
      ...(isMailDue ? { notified_at: null } : {}),
      judgement_id: judgementId,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('judgement_id', '=', previous)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Marks a pending evaluation as failed, with the reason a person reads. False when it is no longer pending. */
export async function markFailed(
  transaction: TenantTransaction,
  id: string,
  reason: string,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('evaluations.evaluations')
    .set({ status: 'failed', error: reason })
    .set((eb) => ({ attempts: eb('attempts', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export interface ResultFilter {
  status?: EvaluationRecord['status'] | undefined;
  grade?: string | undefined;
  needsReview?: boolean | undefined;
  builderId?: string | undefined;
  unsent?: boolean | undefined;
}

/** Evaluations of a run in the order of their builders, after `after`. */
export function listEvaluations(
  transaction: TenantTransaction,
  runId: string,
  filter: ResultFilter,
  after: string | null,
  limit: number,
): Promise<EvaluationRecord[]> {
  let query = transaction
    .selectFrom('evaluations.evaluations')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('builder_id')
    .limit(limit);
  if (after !== null) query = query.where('builder_id', '>', after);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.grade) query = query.where('grade', '=', filter.grade);
  if (filter.needsReview !== undefined) query = query.where('needs_review', '=', filter.needsReview);
  if (filter.builderId !== undefined) query = query.where('builder_id', '=', filter.builderId);
  if (filter.unsent) query = query.where('notified_at', 'is', null);
  return query.execute();
}

export type OfficialRecord = EvaluationRecord & Pick<RunRecord, 'week' | 'answer_hours' | 'opened_at'>;

/** Evaluations of official runs before the one with the id `before`, newest first. */
export function listOfficial(
  transaction: TenantTransaction,
  { builderId, week }: { builderId?: string | undefined; week?: string | undefined },
  before: string | null,
  limit: number,
): Promise<OfficialRecord[]> {
  let query = transaction
    .selectFrom('evaluations.evaluations as evaluation')
    .innerJoin('evaluations.runs as run', 'run.id', 'evaluation.run_id')
    .selectAll('evaluation')
    .select(['run.week', 'run.answer_hours', 'run.opened_at'])
    .where('run.dry_run', '=', false)
    .orderBy('evaluation.id', 'desc')
    .limit(limit);
  if (builderId !== undefined) query = query.where('evaluation.builder_id', '=', builderId);
  if (week !== undefined) query = query.where('run.week', '=', week);
  if (before !== null) query = query.where('evaluation.id', '<', before);
  return query.execute();
}

/** Sets the moment of the e-mail once; later calls answer the first moment. */
export async function markNotified(
  transaction: TenantTransaction,
  id: string,
  now: Date,
): Promise<Date | null> {
  const row = await transaction
    .updateTable('evaluations.evaluations')
    .set({ notified_at: sql<Date>`coalesce(notified_at, ${now}::timestamptz)` })
    .where('id', '=', id)
    .where('status', '=', 'judged')
    .returning('notified_at')
    .executeTakeFirst();
  return row?.notified_at ?? null;
}

/** Every grade as the table has it, with the judgement that it rests on. */
export function everyGrade(
  transaction: TenantTransaction,
): Promise<Pick<EvaluationRecord, 'grade' | 'judgement_id' | 'updated_at'>[]> {
  return transaction
    .selectFrom('evaluations.evaluations')
    .select(['grade', 'judgement_id', 'updated_at'])
    .where('grade', 'is not', null)
    .where('grade', '<>', 'insufficient evidence')
    .execute();
}
