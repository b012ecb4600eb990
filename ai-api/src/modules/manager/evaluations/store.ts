import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Judged } from '../../../judgement/index.ts';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type RunRecord = Selectable<Schema['evaluations.runs']>;
export type EvaluationRecord = Selectable<Schema['evaluations.evaluations']>;
export type ProjectGradeRecord = Selectable<Schema['evaluations.project_grades']>;

export interface RunCounts {
  builders: number;
  pending: number;
  judged: number;
  failed: number;
  needsReview: number;
  notified: number;
  projects: number;
  grades: Record<string, number>;
  engines: Record<'rules' | 'model' | 'human', number>;
}

/** Inserts a run; null when the week has its official run already. */
export async function insertRun(
  transaction: TenantTransaction,
  {
    prompts,
    ...run
  }: Pick<RunRecord, 'week' | 'dry_run' | 'engine' | 'started_by'> & {
    prompts: object[];
  },
): Promise<RunRecord | null> {
  const inserted = await transaction
    .insertInto('evaluations.runs')
    .values({ id: uuidv7(), status: 'running', prompts: JSON.stringify(prompts), ...run })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'week']).where('dry_run', '=', false).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  return inserted ?? null;
}

export function officialRun(transaction: TenantTransaction, week: string): Promise<RunRecord | undefined> {
  return transaction
    .selectFrom('evaluations.runs')
    .selectAll()
    .where('week', '=', week)
    .where('dry_run', '=', false)
    .executeTakeFirst();
}

export function findRun(transaction: TenantTransaction, runId: string): Promise<RunRecord | undefined> {
  return transaction.selectFrom('evaluations.runs').selectAll().where('id', '=', runId).executeTakeFirst();
}

/** Runs before `before` (newest first). */
export function listRuns(
  transaction: TenantTransaction,
  week: string | undefined,
  before: string | null,
  limit: number,
): Promise<RunRecord[]> {
  let query = transaction.selectFrom('evaluations.runs').selectAll().orderBy('id', 'desc').limit(limit);
  if (before) query = query.where('id', '<', before);
  if (week) query = query.where('week', '=', week);
  return query.execute();
}

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
  judged: Judged,
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

/** Makes failed evaluations of a run pending again; answers their builders. */
export async function reopenFailed(
  transaction: TenantTransaction,
  runId: string,
  builderId: string | undefined,
): Promise<string[]> {
  let query = transaction
    .updateTable('evaluations.evaluations')
    .set({ status: 'pending', error: null, updated_at: sql<Date>`now()` })
    .where('run_id', '=', runId)
    .where('status', '=', 'failed');
  if (builderId !== undefined) query = query.where('builder_id', '=', builderId);
  const reopened = await query.returning('builder_id').execute();
  if (reopened.length > 0) {
    await transaction
      .updateTable('evaluations.runs')
      .set({ status: 'running', completed_at: null })
      .where('id', '=', runId)
      .execute();
  }
  return reopened.map(({ builder_id }) => builder_id);
}

/** Takes the turn to report a run's progress. False when the last report was less than `everyMs` ago. */
export async function claimProgress(
  transaction: TenantTransaction,
  runId: string,
  everyMs: number,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('evaluations.runs')
    .set({ progress_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', runId)
    .where('status', '=', 'running')
    .where(
      sql<boolean>`coalesce(progress_at < clock_timestamp() - make_interval(secs => ${everyMs / 1000}), true)`,
    )
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Completes a running run without pending evaluations. Null when it is not the caller who completed it. */
export async function completeRun(
  transaction: TenantTransaction,
  runId: string,
  now: Date,
): Promise<RunRecord | null> {
  if (await hasPending(transaction, runId)) return null;
  // A retry that reopens a builder at this moment has the lock, or waits for it: neither overlooks the other.
  const locked = await transaction
    .selectFrom('evaluations.runs')
    .select('id')
    .where('id', '=', runId)
    .where('status', '=', 'running')
    .forUpdate()
    .executeTakeFirst();
  if (!locked || (await hasPending(transaction, runId))) return null;
  return transaction
    .updateTable('evaluations.runs')
    .set({ status: 'completed', completed_at: now })
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function hasPending(transaction: TenantTransaction, runId: string): Promise<boolean> {
  const pending = await transaction
    .selectFrom('evaluations.evaluations')
    .select('id')
    .where('run_id', '=', runId)
    .where('status', '=', 'pending')
    .limit(1)
    .executeTakeFirst();
  return pending !== undefined;
}

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

export async function countRun(transaction: TenantTransaction, runId: string): Promise<RunCounts> {
  const rows = await transaction
    .selectFrom('evaluations.evaluations')
    .select(['status', 'grade', 'engine'])
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.countAll<number>().filterWhere('needs_review', '=', true).as('review'),
      eb.fn.count<number>('notified_at').as('notified'),
    ])
    .where('run_id', '=', runId)
    .groupBy(['status', 'grade', 'engine'])
    .execute();
  const projects = await transaction
    .selectFrom('evaluations.project_grades')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const sum = (pick: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const withStatus = (status: string) => sum((row) => (row.status === status ? row.count : 0));
  return {
    builders: sum((row) => row.count),
    pending: withStatus('pending'),
    judged: withStatus('judged'),
    failed: withStatus('failed'),
    needsReview: sum((row) => row.review),
    notified: sum((row) => row.notified),
    projects: projects.count,
    grades: tally(rows, ({ grade }) => grade),
    engines: { rules: 0, model: 0, human: 0, ...tally(rows, ({ engine }) => engine) },
  };
}

/** Sums the counts of rows by a name; rows without one are left out. */
function tally<Row extends { count: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string | null,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const row of rows) {
    const name = nameOf(row);
    if (name !== null) sums[name] = (sums[name] ?? 0) + row.count;
  }
  return sums;
}
