import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AssignmentRecord, ReviewRecord } from './store.ts';

/** Who reviews: as scores are kept under, as people read it, and the builder they are, if any. */
export interface Reviewer {
  id: string;
  name: string;
  builderId: string | null;
}

/** For how long a reviewer has a review. */
export interface Lease {
  from: Date;
  minutes: number;
}

/**
 * Lets one transaction of a tenant at a time hand out or take back reviews, until it ends. Reviewers are few and
 * these transactions short; without it two could take the last place of a review.
 */
export async function lockQueue(transaction: TenantTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('quality.reviews:' || platform.current_tenant(), 0))`.execute(
    transaction,
  );
}

/** Takes back what was not finished in time. */
export async function expireLeases(transaction: TenantTransaction, now: Date): Promise<void> {
  const expired = await transaction
    .updateTable('quality.assignments')
    .set({ state: 'expired', ended_at: now })
    .where('state', '=', 'claimed')
    .where('lease_until', '<=', now)
    .returning('review_id')
    .execute();
  for (const { review_id } of expired) await giveBack(transaction, review_id);
}

async function giveBack(transaction: TenantTransaction, reviewId: string): Promise<void> {
  await transaction
    .updateTable('quality.reviews')
    .set((eb) => ({ taken: eb('taken', '-', 1) }))
    .where('id', '=', reviewId)
    .execute();
}

/** What the reviewer has now. */
export function liveAssignment(
  transaction: TenantTransaction,
  reviewer: Reviewer,
): Promise<AssignmentRecord | undefined> {
  return transaction
    .selectFrom('quality.assignments')
    .selectAll()
    .where('reviewer', '=', reviewer.id)
    .where('state', '=', 'claimed')
    .executeTakeFirst();
}

/** The next review for a reviewer: never one they had, nor one about themselves. */
export function pickReview(
  transaction: TenantTransaction,
  reviewer: Reviewer,
  kind: string | undefined,
): Promise<ReviewRecord | undefined> {
  let query = transaction
    .selectFrom('quality.reviews as review')
    .selectAll()
    .where('review.status', '=', 'open')
    .whereRef('review.taken', '<', 'review.wanted')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('quality.assignments as assignment')
            .select('assignment.id')
            .whereRef('assignment.review_id', '=', 'review.id')
            .where('assignment.reviewer', '=', reviewer.id)
            .where('assignment.state', 'in', ['done', 'skipped']),
        ),
      ),
    )
    .orderBy('review.priority', 'desc')
    .orderBy('review.id')
    .limit(1);
  if (kind !== undefined) query = query.where('review.kind', '=', kind);
  if (reviewer.builderId !== null) query = query.where('review.subject_id', '!=', reviewer.builderId);
  return query.executeTakeFirst();
}

/** Assigns a review to a reviewer for a limited time; after it expired, the same reviewer may get it again. */
export async function assign(
  transaction: TenantTransaction,
  reviewId: string,
  reviewer: Reviewer,
  given: Lease,
): Promise<AssignmentRecord> {
  const lease = { lease_until: endOf(given), claimed_at: given.from };
  const assignment = await transaction
    .insertInto('quality.assignments')
    .values({
      id: uuidv7(),
      review_id: reviewId,
      reviewer: reviewer.id,
      reviewer_name: reviewer.name,
      state: 'claimed',
      ...lease,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'review_id', 'reviewer'])
        .doUpdateSet({ state: 'claimed', ended_at: null, ...lease }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  await transaction
    .updateTable('quality.reviews')
    .set((eb) => ({ taken: eb('taken', '+', 1) }))
    .where('id', '=', reviewId)
    .execute();
  return assignment;
}

/** Gives a reviewer who is still at it the whole time again. */
export async function renewLease(
  transaction: TenantTransaction,
  assignmentId: string,
  lease: Lease,
): Promise<AssignmentRecord> {
  return transaction
    .updateTable('quality.assignments')
    .set({ lease_until: endOf(lease) })
    .where('id', '=', assignmentId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends the reviewer's part in a review. False when they do not have it now. */
export async function endAssignment(
  transaction: TenantTransaction,
  reviewId: string,
  reviewer: Reviewer,
  { state, reason = null, at }: { state: 'done' | 'skipped'; reason?: string | null | undefined; at: Date },
): Promise<boolean> {
  const ended = await transaction
    .updateTable('quality.assignments')
    .set({ state, reason, ended_at: at })
    .where('review_id', '=', reviewId)
    .where('reviewer', '=', reviewer.id)
    .where('state', '=', 'claimed')
    .executeTakeFirst();
  if (ended.numUpdatedRows !== 1n) return false;
  if (state === 'skipped') {
    await giveBack(transaction, reviewId);
    return true;
  }
  await transaction
    .updateTable('quality.reviews')
    .set({
      finished: sql<number>`finished + 1`,
      status: sql<'open' | 'done'>`case when finished + 1 >= wanted then 'done' else 'open' end`,
    })
    .where('id', '=', reviewId)
    .execute();
  return true;
}

function endOf({ from, minutes }: Lease): Date {
  return new Date(from.getTime() + minutes * 60_000);
}
