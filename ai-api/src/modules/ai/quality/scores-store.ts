import { type Insertable, type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { ScoreView } from './schema.ts';

export type ScoreRecord = Selectable<Schema['quality.scores']>;
export type NewScore = Omit<Insertable<Schema['quality.scores']>, 'is_current'>;

/** Inserts a score; null when the reviewer has scored the judgement by this config already. */
export async function insertScore(
  transaction: TenantTransaction,
  values: NewScore,
): Promise<ScoreRecord | null> {
  const added = await transaction
    .insertInto('quality.scores')
    .values(values)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'judgement_id', 'config', 'reviewer'])
        .where('is_current', '=', true)
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  return added ?? null;
}

/** Makes a version the past. False when it is already. */
export async function retireScore(transaction: TenantTransaction, id: string): Promise<boolean> {
  const updated = await transaction
    .updateTable('quality.scores')
    .set({ is_current: false })
    .where('id', '=', id)
    .where('is_current', '=', true)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Every version of a score, newest first; empty when there is none of that id. */
export function versionsOf(transaction: TenantTransaction, rootId: string): Promise<ScoreRecord[]> {
  return transaction
    .selectFrom('quality.scores')
    .selectAll()
    .where('root_id', '=', rootId)
    .orderBy('version', 'desc')
    .execute();
}

/** The review in which a reviewer scores a judgement, or has scored it. */
export async function reviewOf(
  transaction: TenantTransaction,
  judgementId: string,
  reviewer: string,
): Promise<string | null> {
  const row = await transaction
    .selectFrom('quality.reviews as review')
    .innerJoin('quality.assignments as assignment', 'assignment.review_id', 'review.id')
    .select('review.id')
    .where('review.judgement_id', '=', judgementId)
    .where('assignment.reviewer', '=', reviewer)
    .where('assignment.state', 'in', ['claimed', 'done'])
    .executeTakeFirst();
  return row?.id ?? null;
}

interface ScoreFilter {
  judgementId?: string | undefined;
  config?: string | undefined;
  reviewer?: string | undefined;
  langfuse?: ScoreRecord['langfuse'] | undefined;
}

/** Current scores before `before`, newest first. */
export function listScores(
  transaction: TenantTransaction,
  { judgementId, config, reviewer, langfuse }: ScoreFilter,
  before: string | null,
  limit: number,
): Promise<ScoreRecord[]> {
  let query = transaction
    .selectFrom('quality.scores')
    .selectAll()
    .where('is_current', '=', true)
    .orderBy('id', 'desc')
    .limit(limit);
  if (before) query = query.where('id', '<', before);
  if (judgementId !== undefined) query = query.where('judgement_id', '=', judgementId);
  if (config !== undefined) query = query.where('config', '=', config);
  if (reviewer !== undefined) query = query.where('reviewer', '=', reviewer);
  if (langfuse !== undefined) query = query.where('langfuse', '=', langfuse);
  return query.execute();
}

/** Notes how far a version is at Langfuse. */
export async function markScore(
  transaction: TenantTransaction,
  id: string,
  langfuse: ScoreRecord['langfuse'],
  error: string | null = null,
): Promise<void> {
  await transaction
    .updateTable('quality.scores')
    .set({ langfuse, langfuse_error: error, langfuse_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

/** A score as the API shows it. */
export function scoreViewOf(row: ScoreRecord): ScoreView {
  return {
    scoreId: row.root_id,
    version: row.version,
    judgementId: row.judgement_id,
    reviewId: row.review_id,
    kind: row.kind,
    config: row.config,
    dataType: row.data_type,
    value: valueOfRow(row),
    comment: row.comment,
    reason: row.reason,
    reviewer: row.reviewer,
    reviewerName: row.reviewer_name,
    createdAt: row.created_at.toISOString(),
    langfuse: {
      state: row.langfuse,
      error: row.langfuse_error,
      at: row.langfuse_at?.toISOString() ?? null,
    },
  };
}

function valueOfRow({ data_type, number_value, text_value }: ScoreRecord): number | boolean | string {
  if (data_type === 'BOOLEAN') return number_value === 1;
  return number_value ?? text_value ?? '';
}
