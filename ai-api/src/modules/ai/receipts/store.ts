import type { Insertable, Selectable } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ReceiptRecord = Selectable<Schema['receipts.receipts']>;
export type KeyRecord = Selectable<Schema['receipts.keys']>;

const keysOf = (database: Database) =>
  database.system('the key of receipts belongs to the installation, not to a company');

export function findKey(database: Database): Promise<KeyRecord | undefined> {
  return keysOf(database).selectFrom('receipts.keys').selectAll().executeTakeFirst();
}

/** Keeps a key, unless there is one. */
export async function insertKey(
  database: Database,
  key: Pick<KeyRecord, 'kid' | 'private_key' | 'created_at'> & { public_jwk: object },
): Promise<void> {
  await keysOf(database)
    .insertInto('receipts.keys')
    .values({ ...key, public_jwk: JSON.stringify(key.public_jwk) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The receipts of these judgements, by judgement. */
export async function findReceipts(
  transaction: TenantTransaction,
  judgementIds: readonly string[],
): Promise<Map<string, ReceiptRecord>> {
  if (judgementIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('receipts.receipts')
    .selectAll()
    .where('judgement_id', 'in', judgementIds)
    .execute();
  return new Map(rows.map((row) => [row.judgement_id, row]));
}

/** Stores receipts; of two for one judgement the first stays. @returns the ids of those that were stored */
export async function insertReceipts(
  transaction: TenantTransaction,
  receipts: readonly Insertable<Schema['receipts.receipts']>[],
): Promise<string[]> {
  const stored = await transaction
    .insertInto('receipts.receipts')
    .values([...receipts])
    .onConflict((conflict) => conflict.column('judgement_id').doNothing())
    .returning('id')
    .execute();
  return stored.map(({ id }) => id);
}

export function newestReceipts(transaction: TenantTransaction, limit: number): Promise<ReceiptRecord[]> {
  return transaction.selectFrom('receipts.receipts').selectAll().orderBy('id', 'desc').limit(limit).execute();
}
