import type { Selectable, Updateable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { isExpired } from './store.ts';

/** `is_expired`: the process that carries the compensation out has not been heard of for too long. */
export type UndoRow = Selectable<Schema['workflows.compensations']> & { is_expired: boolean };
type UndoChange = Updateable<Schema['workflows.compensations']>;

export function undosOf(transaction: TenantTransaction, instanceId: string): Promise<UndoRow[]> {
  return transaction
    .selectFrom('workflows.compensations')
    .selectAll()
    .select(isExpired)
    .where('instance_id', '=', instanceId)
    .orderBy('ordinal')
    .execute();
}

export async function insertUndos(
  transaction: TenantTransaction,
  rows: readonly {
    instance_id: string;
    task_id: string;
    path: string;
    operation: string;
    ordinal: number;
    created_at: Date;
  }[],
): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insertInto('workflows.compensations')
    .values(rows.map((row) => ({ id: uuidv7(), state: 'pending' as const, ...row })))
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .execute();
}

export async function updateUndo(
  transaction: TenantTransaction,
  id: string,
  change: UndoChange,
): Promise<void> {
  await transaction.updateTable('workflows.compensations').set(change).where('id', '=', id).execute();
}

/** Changes compensations that failed, all of them or one. */
export async function changeFailedUndos(
  transaction: TenantTransaction,
  instanceId: string,
  change: UndoChange,
  id?: string,
): Promise<void> {
  let query = transaction
    .updateTable('workflows.compensations')
    .set(change)
    .where('instance_id', '=', instanceId)
    .where('state', '=', 'failed');
  if (id !== undefined) query = query.where('id', '=', id);
  await query.execute();
}
