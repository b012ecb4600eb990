import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type RunRecord = Selectable<Schema['evaluations.runs']>;

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
  }: Pick<RunRecord, 'week' | 'dry_run' | 'engine' | 'started_by' | 'answer_hours'> & {
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

/** Notes how many builders of a run were not informed of how they are judged. */
export function noteNotInformed(
  transaction: TenantTransaction,
  runId: string,
  notInformed: number,
): Promise<RunRecord> {
  return transaction
    .updateTable('evaluations.runs')
    .set({ not_informed: notInformed })
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow();
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
    .set({
      status: 'completed',
      completed_at: now,
      answers_until: sql<Date | null>`case when answer_hours > 0 and opened_at is null
        then ${now}::timestamptz + make_interval(hours => answer_hours) end`,
    })
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

/** Whether only builders have their results of a run yet. Runs without a time to answer never wait. */
export function isWaiting({
  answer_hours,
  opened_at,
}: Pick<RunRecord, 'answer_hours' | 'opened_at'>): boolean {
  return answer_hours > 0 && opened_at === null;
}

/** Gives builders their whole time from a mail that was sent now, while the run waits. */
export async function prolongAnswers(
  transaction: TenantTransaction,
  runId: string,
  now: Date,
): Promise<void> {
  await transaction
    .updateTable('evaluations.runs')
    .set({
      answers_until: sql<Date>`greatest(answers_until,
        ${now}::timestamptz + make_interval(hours => answer_hours))`,
    })
    .where('id', '=', runId)
    .where('answer_hours', '>', 0)
    .where('answers_until', 'is not', null)
    .where('opened_at', 'is', null)
    .execute();
}

/** Opens the runs whose time to answer is over; another worker opens none of them again. */
export function openRuns(transaction: TenantTransaction, now: Date): Promise<RunRecord[]> {
  return transaction
    .updateTable('evaluations.runs')
    .set({ opened_at: now })
    .where('answers_until', '<=', now)
    .where('opened_at', 'is', null)
    .where('status', '=', 'completed')
    .where('dry_run', '=', false)
    .returningAll()
    .execute();
}

/** How many builders answered in a run. */
export async function countAnswers(transaction: TenantTransaction, runId: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('evaluations.evaluations')
    .select((eb) => eb.fn.count<number>('answered_at').as('count'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return Number(count);
}
