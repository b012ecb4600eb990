import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type PolicyRecord = Selectable<Schema['context.policies']>;
export type ShareRecord = Selectable<Schema['context.shares']>;
export type RemovalRecord = Selectable<Schema['context.removals']>;

export function allPolicies(transaction: TenantTransaction): Promise<PolicyRecord[]> {
  return transaction.selectFrom('context.policies').selectAll().execute();
}

export function listPolicies(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<PolicyRecord[]> {
  let query = transaction.selectFrom('context.policies').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

/** Sets the policy of a pattern, in place of an earlier one. */
export function setPolicy(
  transaction: TenantTransaction,
  values: Pick<PolicyRecord, 'scope' | 'pattern' | 'action' | 'reason' | 'created_by'>,
): Promise<PolicyRecord> {
  return transaction
    .insertInto('context.policies')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'scope', 'pattern']).doUpdateSet({
        action: values.action,
        reason: values.reason,
        created_by: values.created_by,
        created_at: sql<Date>`now()`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function deletePolicy(transaction: TenantTransaction, id: string): Promise<PolicyRecord | undefined> {
  return transaction.deleteFrom('context.policies').where('id', '=', id).returningAll().executeTakeFirst();
}

export function findRemoval(
  transaction: TenantTransaction,
  digest: string,
): Promise<RemovalRecord | undefined> {
  return transaction
    .selectFrom('context.removals')
    .selectAll()
    .where('session_digest', '=', digest)
    .executeTakeFirst();
}

/** Remembers that sessions are not to be stored again. */
export async function insertRemovals(
  transaction: TenantTransaction,
  rows: readonly { session_digest: string; owner: string; reason: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insertInto('context.removals')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteRemoval(transaction: TenantTransaction, digest: string): Promise<void> {
  await transaction.deleteFrom('context.removals').where('session_digest', '=', digest).execute();
}

/** Forgets whose removed sessions they were. */
export async function anonymiseRemovals(transaction: TenantTransaction, owner: string): Promise<void> {
  await transaction
    .updateTable('context.removals')
    .set({ owner: 'erased' })
    .where('owner', '=', owner)
    .execute();
}

export async function insertShare(
  transaction: TenantTransaction,
  values: Pick<ShareRecord, 'id' | 'conversation_id' | 'token_hash' | 'created_by' | 'expires_at'>,
): Promise<void> {
  await transaction.insertInto('context.shares').values(values).execute();
}

export function sharesOf(transaction: TenantTransaction, conversationId: string): Promise<ShareRecord[]> {
  return transaction
    .selectFrom('context.shares')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(200)
    .execute();
}

export async function revokeShare(
  transaction: TenantTransaction,
  conversationId: string,
  shareId: string,
  now: Date,
): Promise<boolean> {
  const rows = await transaction
    .updateTable('context.shares')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
    .where('id', '=', shareId)
    .where('conversation_id', '=', conversationId)
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** The share behind a token, with its company, while it works. */
export function shareByToken(
  database: Database,
  tokenHash: string,
  now: Date,
): Promise<ShareRecord | undefined> {
  return database
    .system('the token determines the tenant, so it is looked up before there is one')
    .selectFrom('context.shares')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}
