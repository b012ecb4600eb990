import type { Insertable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { OverrideRecord } from './store.ts';

export function insertOverride(
  transaction: TenantTransaction,
  values: Insertable<Schema['plans.overrides']>,
): Promise<OverrideRecord> {
  return transaction.insertInto('plans.overrides').values(values).returningAll().executeTakeFirstOrThrow();
}

export function findOverride(
  transaction: TenantTransaction,
  id: string,
): Promise<OverrideRecord | undefined> {
  return transaction.selectFrom('plans.overrides').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first, before the id `before`. */
export function listOverrides(
  transaction: TenantTransaction,
  before: string | null,
  limit: number,
): Promise<OverrideRecord[]> {
  const query = transaction.selectFrom('plans.overrides').selectAll().orderBy('id', 'desc').limit(limit);
  return (before === null ? query : query.where('id', '<', before)).execute();
}

/** Those that are in force at a moment, oldest first. */
export function overridesInForce(transaction: TenantTransaction, now: Date): Promise<OverrideRecord[]> {
  return transaction
    .selectFrom('plans.overrides')
    .selectAll()
    .where('created_at', '<=', now)
    .where('ends_at', '>', now)
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .execute();
}

/** Ends an agreement, unless it has ended. */
export async function endOverride(
  transaction: TenantTransaction,
  id: string,
  now: Date,
): Promise<OverrideRecord> {
  await transaction
    .updateTable('plans.overrides')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .execute();
  return transaction.selectFrom('plans.overrides').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}
