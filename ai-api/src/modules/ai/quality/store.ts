import { type Insertable, type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { ConfigRecord } from './configs.ts';
import { DEFAULT_SAMPLING } from './sample.ts';
import type { Sampled, Sampling } from './schema.ts';

export type ReviewRecord = Selectable<Schema['quality.reviews']>;
export type AssignmentRecord = Selectable<Schema['quality.assignments']>;

export function listConfigs(transaction: TenantTransaction): Promise<ConfigRecord[]> {
  return transaction.selectFrom('quality.score_configs').selectAll().execute();
}

/** False when the name is taken. */
export async function insertConfig(
  transaction: TenantTransaction,
  values: Omit<Insertable<Schema['quality.score_configs']>, 'id'>,
): Promise<boolean> {
  const added = await transaction
    .insertInto('quality.score_configs')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}

export async function archiveConfig(
  transaction: TenantTransaction,
  name: string,
  now: Date,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('quality.score_configs')
    .set({ archived_at: now })
    .where('name', '=', name)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** What is sampled of a kind. */
export async function samplingOf(transaction: TenantTransaction, kind: string): Promise<Sampling> {
  const row = await transaction
    .selectFrom('quality.sampling')
    .selectAll()
    .where('kind', '=', kind)
    .executeTakeFirst();
  if (!row) return { kind, ...DEFAULT_SAMPLING, isDefault: true };
  return {
    kind,
    randomShare: row.random_share,
    lowConfidence: row.low_confidence,
    overridden: row.overridden,
    flagged: row.flagged,
    doubleShare: row.double_share,
    leaseMinutes: row.lease_minutes,
    isDefault: false,
  };
}

export async function storeSampling(
  transaction: TenantTransaction,
  sampling: Sampling,
  updatedBy: string,
): Promise<void> {
  const values = {
    random_share: sampling.randomShare,
    low_confidence: sampling.lowConfidence,
    overridden: sampling.overridden,
    flagged: sampling.flagged,
    double_share: sampling.doubleShare,
    lease_minutes: sampling.leaseMinutes,
    updated_by: updatedBy,
  };
  await transaction
    .insertInto('quality.sampling')
    .values({ kind: sampling.kind, ...values })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'kind']).doUpdateSet({ ...values, updated_at: sql<Date>`now()` }),
    )
    .execute();
}

/**
 * Puts a judgement into the queue; when it is there already, adds what it is sampled for beside. Answers its row
 * when it is new.
 */
export async function insertReview(
  transaction: TenantTransaction,
  values: Omit<Insertable<Schema['quality.reviews']>, 'id' | 'reasons' | 'is_random'> & {
    reasons: Sampled[];
  },
): Promise<Pick<ReviewRecord, 'id' | 'tenant_id'> | null> {
  const reasons = JSON.stringify(values.reasons);
  const isRandom = values.reasons.some(({ reason }) => reason === 'random');
  const added = await transaction
    .insertInto('quality.reviews')
    .values({ id: uuidv7(), ...values, reasons, is_random: isRandom })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'judgement_id']).doNothing())
    .returning(['id', 'tenant_id'])
    .executeTakeFirst();
  if (added) return added;
  await transaction
    .updateTable('quality.reviews')
    .set({
      reasons: sql`reasons || ${reasons}::jsonb`,
      priority: sql<number>`greatest(priority, ${values.priority}::integer)`,
    })
    .where('judgement_id', '=', values.judgement_id)
    .execute();
  return null;
}

export function findReview(transaction: TenantTransaction, id: string): Promise<ReviewRecord | undefined> {
  return transaction.selectFrom('quality.reviews').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Notes how far a review is at Langfuse. */
export async function markReview(
  transaction: TenantTransaction,
  id: string,
  langfuse: ReviewRecord['langfuse'],
  error: string | null,
): Promise<void> {
  await transaction
    .updateTable('quality.reviews')
    .set({ langfuse, langfuse_error: error })
    .where('id', '=', id)
    .execute();
}

interface ReviewFilter {
  kind?: string | undefined;
  status?: 'open' | 'done' | undefined;
  judgementId?: string | undefined;
}

/** Reviews before `before`, newest first. */
export function listReviews(
  transaction: TenantTransaction,
  { kind, status, judgementId }: ReviewFilter,
  before: string | null,
  limit: number,
): Promise<ReviewRecord[]> {
  let query = transaction.selectFrom('quality.reviews').selectAll().orderBy('id', 'desc').limit(limit);
  if (before) query = query.where('id', '<', before);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (status !== undefined) query = query.where('status', '=', status);
  if (judgementId !== undefined) query = query.where('judgement_id', '=', judgementId);
  return query.execute();
}

export function countReviews(transaction: TenantTransaction, now: Date) {
  return transaction
    .selectFrom('quality.reviews as review')
    .select(['review.kind'])
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('review.status', '=', 'open').as('open'),
      eb.fn.countAll<number>().filterWhere('review.status', '=', 'done').as('done'),
      eb.fn
        .countAll<number>()
        .filterWhere(
          eb.exists(
            eb
              .selectFrom('quality.assignments as assignment')
              .select('assignment.id')
              .whereRef('assignment.review_id', '=', 'review.id')
              .where('assignment.state', '=', 'claimed')
              .where('assignment.lease_until', '>', now),
          ),
        )
        .as('claimed'),
    ])
    .groupBy('review.kind')
    .orderBy('review.kind')
    .execute();
}

/** One row for each current score of a finished review, by review and then by who finished first. */
export function finishedScores(
  transaction: TenantTransaction,
  filter: { kind?: string | undefined; onlyRandom: boolean; since?: Date; until?: Date },
) {
  let query = transaction
    .selectFrom('quality.reviews as review')
    .innerJoin('quality.assignments as assignment', 'assignment.review_id', 'review.id')
    .innerJoin('quality.scores as score', (join) =>
      join
        .onRef('score.judgement_id', '=', 'review.judgement_id')
        .onRef('score.reviewer', '=', 'assignment.reviewer')
        .on('score.is_current', '=', true),
    )
    .select(['review.id as reviewId', 'review.kind', 'review.prompt', 'review.grade'])
    .select(['review.outcome', 'review.confidence'])
    .select(['assignment.reviewer', 'score.config', 'score.data_type as dataType'])
    .select(['score.number_value as numberValue', 'score.text_value as textValue'])
    .where('assignment.state', '=', 'done')
    .orderBy('review.id')
    .orderBy('assignment.ended_at')
    .orderBy('assignment.id')
    .limit(MAX_SCORES);
  if (filter.kind !== undefined) query = query.where('review.kind', '=', filter.kind);
  if (filter.onlyRandom) query = query.where('review.is_random', '=', true);
  if (filter.since) query = query.where('review.created_at', '>=', filter.since);
  if (filter.until) query = query.where('review.created_at', '<', filter.until);
  return query.execute();
}

/** What one answer about quality rests on at most. */
const MAX_SCORES = 200_000;
export type FinishedScore = Awaited<ReturnType<typeof finishedScores>>[number];
