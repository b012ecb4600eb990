import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Judged } from '../../../judgement/index.ts';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

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
  previous: string,
  judgementId: string,
  judged: Parameters<typeof outcomeOf>[0],
): Promise<boolean> {
  const updated = await transaction
    .updateTable('evaluations.evaluations')
    .set({ ...outcomeOf(judged), judgement_id: judgementId, updated_at: sql<Date>`now()` })
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

export type OfficialRecord = EvaluationRecord & { week: string };

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
    .select('run.week')
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
