import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ContestRecord = Selectable<Schema['contests.contests']>;

/** Opens a contest; undefined when the judgement has an open one. */
export function insertContest(
  transaction: TenantTransaction,
  values: Insertable<Schema['contests.contests']>,
): Promise<ContestRecord | undefined> {
  return transaction
    .insertInto('contests.contests')
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'judgement_id']).where('state', '=', 'open').doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
}

export function findContest(transaction: TenantTransaction, id: string): Promise<ContestRecord | undefined> {
  return transaction.selectFrom('contests.contests').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The same, kept from changing by others until the transaction ends. */
export function lockContest(transaction: TenantTransaction, id: string): Promise<ContestRecord | undefined> {
  return transaction
    .selectFrom('contests.contests')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export function updateContest(
  transaction: TenantTransaction,
  { id, version }: Pick<ContestRecord, 'id' | 'version'>,
  change: Updateable<Schema['contests.contests']>,
): Promise<ContestRecord> {
  return transaction
    .updateTable('contests.contests')
    .set({ ...change, version: version + 1 })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The contests of a judgement, and those that a judgement is the result of. */
export function contestsOf(transaction: TenantTransaction, judgementId: string): Promise<ContestRecord[]> {
  return transaction
    .selectFrom('contests.contests')
    .selectAll()
    .where((eb) => eb.or([eb('judgement_id', '=', judgementId), eb('result_id', '=', judgementId)]))
    .execute();
}

export async function countOpen(transaction: TenantTransaction, builderId: string): Promise<number> {
  const { count } = await transaction
    .selectFrom('contests.contests')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('builder_id', '=', builderId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface ContestFilter {
  builderId?: string | undefined;
  state?: ContestRecord['state'] | undefined;
  overdue?: boolean | undefined;
  judgementId?: string | undefined;
}

/** Contests before the one with the id `before`, newest first. */
export function listContests(
  transaction: TenantTransaction,
  { builderId, state, overdue, judgementId }: ContestFilter,
  before: string | null,
  limit: number,
): Promise<ContestRecord[]> {
  let query = transaction.selectFrom('contests.contests').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (builderId !== undefined) query = query.where('builder_id', '=', builderId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (judgementId !== undefined) query = query.where('judgement_id', '=', judgementId);
  if (overdue !== undefined) {
    query = query.where((eb) => {
      const isOverdue = eb.and([eb('state', '=', 'open'), eb('escalated_at', 'is not', null)]);
      return overdue ? isOverdue : eb.not(isOverdue);
    });
  }
  return query.execute();
}

/** Open contests that are to be reminded of or escalated, locked; those that another worker holds are passed over. */
export function contestsDue(
  transaction: TenantTransaction,
  now: Date,
  limit: number,
): Promise<ContestRecord[]> {
  return transaction
    .selectFrom('contests.contests')
    .selectAll()
    .where('state', '=', 'open')
    .where((eb) =>
      eb.or([
        eb.and([eb('remind_at', '<=', now), eb('reminded_at', 'is', null)]),
        eb.and([eb('due_at', '<=', now), eb('escalated_at', 'is', null)]),
      ]),
    )
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
}

/** How contests were answered. */
export interface AnswerCount {
  /** Answered, or past their deadline. */
  due: number;
  /** Of them, those that were answered after their deadline, or are past it and open. */
  late: number;
  /** Half of those that were answered had their answer within so many hours; null where none was. */
  medianHours: number | null;
}

/** Counts the answers to contests opened since then. Those that were withdrawn need none. */
export async function countAnswers(
  transaction: TenantTransaction,
  since: Date,
  now: Date,
): Promise<AnswerCount> {
  const isAnswered = sql`state in ('upheld', 'changed')`;
  const isLate = sql`coalesce(closed_at, ${now}) > due_at`;
  const { rows } = await sql<AnswerCount>`
    select (count(*) filter (where ${isAnswered} or ${isLate}))::int as due,
      (count(*) filter (where ${isLate}))::int as late,
      percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at)::float8 / 3600)
        filter (where ${isAnswered}) as "medianHours"
    from contests.contests
    where state <> 'withdrawn' and opened_at >= ${since}`.execute(transaction);
  return rows[0] ?? { due: 0, late: 0, medianHours: null };
}

/** Contests that were decided, with who did. */
export function decidedContests(
  transaction: TenantTransaction,
): Promise<Pick<ContestRecord, 'id' | 'decided_by' | 'decided_user' | 'closed_at' | 'opened_at'>[]> {
  return transaction
    .selectFrom('contests.contests')
    .select(['id', 'decided_by', 'decided_user', 'closed_at', 'opened_at'])
    .where('state', 'in', ['upheld', 'changed'])
    .execute();
}
